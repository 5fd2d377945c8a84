import { UnsupportedError } from '@km/core';
import * as tf from '@tensorflow/tfjs-core';

/** Name under which tfjs knows the shape-only backend. */
export const META = 'meta';

interface Entry {
  refs: number;
  /** Values that JavaScript gave when it made the tensor; computed tensors have none. */
  readonly values: tf.BackendValues | null;
}

/**
 * A tfjs backend whose tensors have a shape and a dtype but no elements.
 *
 * Tensors made from values keep a reference to them, because operations read constants; everything that was computed
 * throws when it is read, so that no branch on data goes unnoticed.
 */
export class MetaBackend extends tf.KernelBackend {
  readonly #entries = new Map<object, Entry>();

  /** Registers a tensor; `values` may be null for one without elements. */
  override write(values: tf.BackendValues | null, _shape: number[], _dtype: tf.DataType): object {
    const dataId = {};
    this.#entries.set(dataId, { refs: 1, values });
    return dataId;
  }

  /** Takes over a tensor of another backend; only its values matter. */
  override move(
    dataId: object,
    values: tf.BackendValues,
    _shape: number[],
    _dtype: tf.DataType,
    refCount: number,
  ): void {
    this.#entries.set(dataId, { refs: refCount, values });
  }

  /** Returns the values of a constant, or null. */
  constantValues(dataId: object): tf.BackendValues | null {
    return this.#entries.get(dataId)?.values ?? null;
  }

  /** @throws UnsupportedError if the tensor was computed. */
  override readSync(dataId: object): tf.BackendValues {
    const values = this.constantValues(dataId);
    if (values !== null) return values;
    throw new UnsupportedError(
      'A computed tensor has no values while only shapes are being worked out. ' +
        'Replace code that depends on values, such as dataSync() or arraySync(), by tensor operations.',
    );
  }

  /** @throws UnsupportedError if the tensor was computed. */
  override async read(dataId: object): Promise<tf.BackendValues> {
    return this.readSync(dataId);
  }

  /** Drops a reference; true if it was the last. */
  override disposeData(dataId: object, force: boolean = false): boolean {
    const entry = this.#entries.get(dataId);
    if (entry === undefined) return true;
    entry.refs -= 1;
    if (entry.refs > 0 && !force) return false;
    this.#entries.delete(dataId);
    return true;
  }

  override refCount(dataId: object): number {
    return this.#entries.get(dataId)?.refs ?? 0;
  }

  override incRef(dataId: object): void {
    const entry = this.#entries.get(dataId);
    if (entry !== undefined) entry.refs += 1;
  }

  override numDataIds(): number {
    return this.#entries.size;
  }

  override memory(): { unreliable: boolean } {
    return { unreliable: false };
  }

  override timerAvailable(): boolean {
    return false;
  }

  override floatPrecision(): 16 | 32 {
    return 32;
  }

  override dispose(): void {
    this.#entries.clear();
  }
}
