import { NotFoundError } from '@km/core';
import { HostTensor } from './host-tensor.ts';

/** The path of a file that belongs to a model, with what is in it. */
export class AssetTensor extends HostTensor {
  readonly #path: string;
  readonly #content: Uint8Array | null;

  /** @param content Null for a file that is missing, which only matters when it is read. */
  constructor(path: string, content: Uint8Array | null) {
    super('string', [], [new TextEncoder().encode(path)]);
    this.#path = path;
    this.#content = content;
  }

  /** @throws NotFoundError when the file is missing. */
  get content(): Uint8Array {
    if (this.#content !== null) return this.#content;
    throw new NotFoundError(`The asset ${this.#path} is missing; copy the whole directory.`, {
      source: this.#path,
    });
  }
}
