import { MalformedError } from '@km/core';
import { isTensorDType, type PartialShape, partialShape, tensorDType } from '@km/core/tensor-proto';
import type { AttrValue, NameAttrList, TensorProto } from '@km/proto/saved-model';
import type { GraphDType } from './dtype.ts';

/** Attributes of a node, with the defaults that writers leave out. */
export class Attrs {
  readonly #values: { readonly [name: string]: AttrValue };
  readonly #defaults: ReadonlyMap<string, unknown>;
  readonly #where: string;

  /** @param where Names the node in messages. */
  constructor(
    values: { readonly [name: string]: AttrValue },
    defaults: ReadonlyMap<string, unknown>,
    where: string,
  ) {
    this.#values = values;
    this.#defaults = defaults;
    this.#where = where;
  }

  /** True when the node itself has the attribute. */
  has(name: string): boolean {
    return Object.hasOwn(this.#values, name);
  }

  /** An integer. @throws MalformedError when it is missing or too large. */
  int(name: string): number {
    return this.#get(name, ({ i }) => (i === null ? undefined : this.#safe(name, i)), asNumber);
  }

  /** An integer of 64 bits. */
  bigint(name: string): bigint {
    return this.#get(
      name,
      ({ i }) => i ?? undefined,
      (value) => (typeof value === 'number' ? BigInt(value) : undefined),
    );
  }

  /** A real number. */
  float(name: string): number {
    return this.#get(name, ({ f }) => f ?? undefined, asNumber);
  }

  /** A truth value. */
  bool(name: string): boolean {
    return this.#get(
      name,
      ({ b }) => b ?? undefined,
      (value) => (typeof value === 'boolean' ? value : undefined),
    );
  }

  /** A text. */
  string(name: string): string {
    return this.#get(
      name,
      ({ s }) => (s === null ? undefined : new TextDecoder().decode(s)),
      asText,
    );
  }

  /** A text that only some of the ops of a family have. */
  optionalString(name: string): string | undefined {
    return this.has(name) || this.#defaults.has(name) ? this.string(name) : undefined;
  }

  /** A text as bytes. */
  bytes(name: string): Uint8Array {
    return this.#get(
      name,
      ({ s }) => s ?? undefined,
      (value) => (typeof value === 'string' ? new TextEncoder().encode(value) : undefined),
    );
  }

  /** A type of tensors. */
  type(name: string): GraphDType {
    return this.#get(name, ({ type }) => (type === null ? undefined : this.#known(type)), asDType);
  }

  /** A shape. */
  shape(name: string): PartialShape {
    return this.#get<{ readonly shape: PartialShape }>(
      name,
      ({ shape }) => (shape === null ? undefined : { shape: partialShape(shape) }),
      () => ({ shape: null }),
    ).shape;
  }

  /** A list of integers. */
  ints(name: string): number[] {
    return this.#get(name, ({ list }) => list?.i.map((i) => this.#safe(name, i)), listOf(asNumber));
  }

  /** A list of real numbers. */
  floats(name: string): readonly number[] {
    return this.#get(name, ({ list }) => list?.f, listOf(asNumber));
  }

  /** A list of texts. */
  strings(name: string): string[] {
    return this.#get(
      name,
      ({ list }) => list?.s.map((s) => new TextDecoder().decode(s)),
      listOf(asText),
    );
  }

  /** A list of types. */
  types(name: string): GraphDType[] {
    return this.#get(
      name,
      ({ list }) => list?.type.map((type) => this.#known(type)),
      listOf(asDType),
    );
  }

  /** A list of shapes. */
  shapes(name: string): PartialShape[] {
    return this.#get<PartialShape[]>(
      name,
      ({ list }) => list?.shape.map(partialShape),
      (value) => (Array.isArray(value) && value.length === 0 ? [] : undefined),
    );
  }

  /** A function. */
  func(name: string): NameAttrList {
    return this.#get<NameAttrList>(
      name,
      ({ func }) => func ?? undefined,
      () => undefined,
    );
  }

  /** A list of functions. */
  funcs(name: string): readonly NameAttrList[] {
    return this.#get<readonly NameAttrList[]>(
      name,
      ({ list }) => list?.func,
      () => undefined,
    );
  }

  /** A constant. */
  tensor(name: string): TensorProto {
    return this.#get<TensorProto>(
      name,
      ({ tensor }) => tensor ?? undefined,
      () => undefined,
    );
  }

  #get<T>(
    name: string,
    read: (value: AttrValue) => T | undefined,
    readDefault: (value: unknown) => T | undefined,
  ): T {
    const value = this.has(name) ? this.#values[name] : undefined;
    const given = value === undefined ? undefined : read(value);
    if (given !== undefined) return given;
    const fallback = value === undefined ? this.#defaults.get(name) : undefined;
    const found = fallback === undefined ? undefined : readDefault(fallback);
    if (found !== undefined) return found;
    const what = value === undefined ? 'lacks the attribute' : 'has a wrong type of attribute';
    throw new MalformedError(`${this.#where} ${what} '${name}'; the graph is damaged.`);
  }

  /** A type by its number; 0 stands for one that is left open. */
  #known(type: number): GraphDType {
    const dtype = tensorDType(type);
    if (dtype !== 'unknown' || type === 0) return dtype;
    throw new MalformedError(
      `${this.#where} has the type ${type}, which TensorFlow does not have.`,
    );
  }

  #safe(name: string, value: bigint): number {
    const number = Number(value);
    if (Number.isSafeInteger(number)) return number;
    throw new MalformedError(
      `${this.#where} has the attribute '${name}' of ${value}, beyond 2^53.`,
    );
  }
}

function asNumber(value: unknown): number | undefined {
  return typeof value === 'number' ? value : undefined;
}

function asText(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

function asDType(value: unknown): GraphDType | undefined {
  return typeof value === 'string' && isTensorDType(value) ? value : undefined;
}

function listOf<T>(read: (value: unknown) => T | undefined): (value: unknown) => T[] | undefined {
  return (value) => {
    if (!Array.isArray(value)) return undefined;
    return value.flatMap((item) => read(item) ?? []);
  };
}
