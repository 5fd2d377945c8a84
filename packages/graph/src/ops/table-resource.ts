import { LimitError, MalformedError } from '@km/core';
import type { GraphDType } from '../executor/dtype.ts';
import { type Element, HostTensor } from '../executor/host-tensor.ts';
import { onHost, Resource, sizeOf, type Value } from '../executor/values.ts';
import { keyOf, sameElement } from './host/elementwise.ts';

/** Most entries of a table; vocabularies seen have some 100,000. */
const MAX_ENTRIES = 50_000_000;

/** A lookup table. */
export class TableResource extends Resource {
  override readonly kind = 'lookup table';
  readonly keyType: GraphDType;
  readonly valueType: GraphDType;
  /** Shape of one value. */
  readonly valueShape: readonly number[];
  /** False for tables that are filled once. */
  readonly isMutable: boolean;
  readonly #entries = new Map<
    string | number | bigint,
    readonly [key: Element, value: readonly Element[]]
  >();
  #isFilled = false;

  constructor(
    keyType: GraphDType,
    valueType: GraphDType,
    isMutable: boolean,
    valueShape: readonly number[] = [],
  ) {
    super();
    this.keyType = keyType;
    this.valueType = valueType;
    this.isMutable = isMutable;
    this.valueShape = valueShape;
  }

  /** Number of entries. */
  get size(): number {
    return this.#entries.size;
  }

  /** True once a table that is filled once has been filled; changeable tables always are. */
  get isInitialized(): boolean {
    return this.isMutable || this.#isFilled;
  }

  /** Adds entries, in place of those with equal keys. @throws MalformedError when keys and values differ in number. */
  insert(keys: Value, values: Value): void {
    const keyHost = onHost(keys, this.keyType);
    const valueHost = onHost(values, this.valueType);
    const width = sizeOf(this.valueShape);
    if (valueHost.size !== keyHost.size * width) {
      throw new MalformedError(
        `${keyHost.size} keys and ${valueHost.size / width} values are put into a table.`,
      );
    }
    if (this.#entries.size + keyHost.size > MAX_ENTRIES) {
      throw new LimitError(`A table grows beyond ${MAX_ENTRIES} entries.`);
    }
    for (let i = 0; i < keyHost.size; i++) {
      const key = keyHost.data[i] ?? 0;
      const value = Array.from({ length: width }, (_, k) => valueHost.data[i * width + k] ?? 0);
      this.#entries.set(keyOf(key), [key, value]);
    }
  }

  /** Fills a table that is filled once; a second time only with the same entries. @throws MalformedError. */
  initialize(keys: Value, values: Value): void {
    if (this.#isFilled) return;
    const keyHost = onHost(keys, this.keyType);
    const distinct = new Map<string | number | bigint, Element>();
    const valueHost = onHost(values, this.valueType);
    for (let i = 0; i < keyHost.size; i++) {
      const key = keyOf(keyHost.data[i] ?? 0);
      const value = valueHost.data[i] ?? 0;
      const known = distinct.get(key);
      if (known !== undefined && !sameElement(known, value)) {
        throw new MalformedError(`A table gets two values for the key ${String(key)}.`);
      }
      distinct.set(key, value);
    }
    this.insert(keys, values);
    this.#isFilled = true;
  }

  /** Replaces all entries. */
  replace(keys: Value, values: Value): void {
    this.#entries.clear();
    this.insert(keys, values);
    this.#isFilled = true;
  }

  /** Takes entries out. */
  remove(keys: Value): void {
    for (const key of Array.from(onHost(keys, this.keyType).data)) this.#entries.delete(keyOf(key));
  }

  /** The values of keys; a default, one or one per key, for keys that the table does not have. */
  find(keys: Value, fallback: Value): HostTensor {
    const host = onHost(keys, this.keyType);
    const defaults = onHost(fallback, this.valueType);
    const width = sizeOf(this.valueShape);
    const perKey = defaults.size === host.size * width && defaults.size > width;
    const data: Element[] = [];
    for (let i = 0; i < host.size; i++) {
      const found = this.#entries.get(keyOf(host.data[i] ?? 0));
      for (let k = 0; k < width; k++) {
        data.push(found?.[1][k] ?? defaults.data[(perKey ? i * width : 0) + k] ?? 0);
      }
    }
    return new HostTensor(this.valueType, [...host.shape, ...this.valueShape], data);
  }

  /** All keys and values in the order in which they came. */
  export(): readonly [keys: HostTensor, values: HostTensor] {
    const entries = [...this.#entries.values()];
    const keys = new HostTensor(
      this.keyType,
      [entries.length],
      entries.map(([key]) => key),
    );
    const values = new HostTensor(
      this.valueType,
      [entries.length, ...this.valueShape],
      entries.flatMap(([, value]) => value),
    );
    return [keys, values];
  }
}
