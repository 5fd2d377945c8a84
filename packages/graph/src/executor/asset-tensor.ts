import { HostTensor } from './host-tensor.ts';

/** The path of a file that belongs to a model, with what is in it. */
export class AssetTensor extends HostTensor {
  readonly content: Uint8Array;

  constructor(path: string, content: Uint8Array) {
    super('string', [], [new TextEncoder().encode(path)]);
    this.content = content;
  }
}
