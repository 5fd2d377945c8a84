import { tensorDType } from '@km/core/tensor-proto';
import { encodeProto } from '@km/proto';
import { AttrValue, type NodeDef } from '@km/proto/saved-model';
import type { GraphDType } from '../executor/dtype.ts';
import type { ArgDef, OpDef } from '../executor/op-def.ts';
import { opDef } from '../executor/op-def.ts';
import * as attr from './attr.ts';
import { type ConstantValues, tensorMessage } from './tensor-message.ts';
import { textOf } from './text-of-bytes.ts';

/** A tensor of the function that is written: how nodes refer to it, and its type. */
export interface GraphTensor {
  readonly ref: string;
  readonly dtype: GraphDType;
}

/** What a node takes: one tensor per input, or a list of them. */
export type NodeInput = GraphTensor | readonly GraphTensor[];

/** What a node needs besides its inputs. */
export interface NodeOptions {
  readonly attrs?: Readonly<Record<string, attr.GraphAttr>>;
  /** Name to begin with; default that of the op. */
  readonly name?: string;
  /** Nodes that have to run before. */
  readonly after?: readonly string[];
}

/** A node that was written. */
export interface WrittenNode {
  readonly name: string;
  readonly outputs: readonly GraphTensor[];
  readonly stateful: boolean;
}

/** Writes the nodes of one function. */
export class Emitter {
  readonly nodes: NodeDef.$Properties[] = [];
  readonly #names: Map<string, number> = new Map();
  /** Nodes without effects by all that they compute from: what is computed twice is written once. */
  readonly #written: Map<string, WrittenNode> = new Map();

  /** @param taken Names that no node may have: those of the arguments. */
  constructor(taken: readonly string[]) {
    for (const name of taken) this.#names.set(name, 1);
  }

  /** Keeps a name from nodes. */
  reserve(name: string): void {
    this.#names.set(name, (this.#names.get(name) ?? 0) + 1);
  }

  #uniqueName(base: string): string {
    for (;;) {
      const count = this.#names.get(base) ?? 0;
      this.#names.set(base, count + 1);
      const name = count === 0 ? base : `${base}_${count}`;
      if (count === 0) return name;
      if (this.#names.has(name)) continue;
      this.#names.set(name, 1);
      return name;
    }
  }

  /** Writes a node; types and counts that its inputs tell need not be given. */
  node(op: string, inputs: readonly NodeInput[], options: NodeOptions = {}): WrittenNode {
    const def = opDef(op);
    if (def === undefined) throw new TypeError(`The table of ops lacks '${op}'.`);
    const attrs = { ...options.attrs, ...inferredAttrs(def, inputs) };
    const refs = inputs.flatMap((input) => ('ref' in input ? [input.ref] : refsOf(input)));
    const controls = (options.after ?? []).map((node) => `^${node}`);
    const node = { op, input: [...refs, ...controls], attr: sortedAttrs(attrs, def) };
    const key = def.stateful || controls.length > 0 ? null : keyOf(node);
    const known = key === null ? undefined : this.#written.get(key);
    if (known !== undefined) return known;
    const name = this.#uniqueName(options.name ?? op);
    this.nodes.push({ name, ...node });
    const made = { name, outputs: outputsOf(def, name, attrs), stateful: def.stateful };
    if (key !== null) this.#written.set(key, made);
    return made;
  }

  /** Writes a node with one output. */
  op(op: string, inputs: readonly NodeInput[], attrs: NodeOptions['attrs'] = {}): GraphTensor {
    const [output] = this.node(op, inputs, { attrs }).outputs;
    if (output === undefined) throw new TypeError(`The op '${op}' has no output.`);
    return output;
  }

  /** Writes a constant. */
  constant(dtype: GraphDType, shape: readonly number[], values: ConstantValues): GraphTensor {
    const value = { tensor: tensorMessage(dtype, shape, values) };
    return this.op('Const', [], { dtype: attr.type(dtype), value });
  }

  /** Writes a constant number. */
  scalar(value: number, dtype: GraphDType = 'int32'): GraphTensor {
    return this.constant(dtype, [], [value]);
  }

  /** Writes a constant list of integers. */
  vector(values: readonly number[]): GraphTensor {
    return this.constant('int32', [values.length], values);
  }

  /** Writes a conversion; nothing if the tensor has the type already. */
  cast(x: GraphTensor, dtype: GraphDType): GraphTensor {
    return x.dtype === dtype ? x : this.op('Cast', [x], { DstT: attr.type(dtype) });
  }
}

/** Text that is equal for nodes that compute the same. */
function keyOf({
  op,
  input,
  attr: attrs,
}: Pick<NodeDef.$Properties, 'op' | 'input' | 'attr'>): string {
  const settings = Object.entries(attrs ?? {}).map(([name, value]) => `${name}=${attrKey(value)}`);
  return [op, ...(input ?? []), ...settings].join(' ');
}

/** The usual kinds are short; what holds a message is told apart by its bytes. */
function attrKey(value: attr.GraphAttr): string {
  const { type, i, b } = value;
  if (type != null) return `type ${type}`;
  if (i != null) return `i ${i}`;
  if (b != null) return `b ${b}`;
  return textOf(encodeProto(AttrValue, value));
}

function refsOf(list: readonly GraphTensor[]): string[] {
  return list.map(({ ref }) => ref);
}

/** Attributes that follow from the inputs. */
function inferredAttrs(def: OpDef, inputs: readonly NodeInput[]): Record<string, attr.GraphAttr> {
  if (inputs.length !== def.inputs.length) {
    throw new TypeError(`The op '${def.name}' takes ${def.inputs.length} inputs.`);
  }
  const found: Record<string, attr.GraphAttr> = {};
  def.inputs.forEach(({ typeAttr, countAttr, typesAttr }, i) => {
    const given = inputs[i] ?? [];
    const list: readonly GraphTensor[] = 'ref' in given ? [given] : given;
    if (typesAttr !== undefined) found[typesAttr] = attr.types(list.map(({ dtype }) => dtype));
    if (countAttr !== undefined) found[countAttr] = attr.int(list.length);
    const [first] = list;
    if (typeAttr !== undefined && first !== undefined) found[typeAttr] = attr.type(first.dtype);
  });
  return found;
}

function outputsOf(
  def: OpDef,
  node: string,
  attrs: Readonly<Record<string, attr.GraphAttr>>,
): GraphTensor[] {
  return def.outputs.flatMap((output) =>
    outputTypes(output, attrs, def.defaults).map((dtype, i) => ({
      ref: `${node}:${output.name}:${i}`,
      dtype,
    })),
  );
}

function outputTypes(
  { type, typeAttr, typesAttr, countAttr }: ArgDef,
  attrs: Readonly<Record<string, attr.GraphAttr>>,
  defaults: OpDef['defaults'],
): GraphDType[] {
  if (typesAttr !== undefined) return (attrs[typesAttr]?.list?.type ?? []).map(tensorDType);
  const given = attrs[typeAttr ?? '']?.type;
  const dtype =
    type ?? (given == null ? (defaults.get(typeAttr ?? '') as GraphDType) : tensorDType(given));
  const count = countAttr === undefined ? 1 : Number(attrs[countAttr]?.i ?? 0);
  return Array.from({ length: count }, () => dtype);
}

/** Attributes by name, without those that have their default. */
function sortedAttrs(
  attrs: Readonly<Record<string, attr.GraphAttr>>,
  { defaults }: OpDef,
): Record<string, attr.GraphAttr> {
  const entries = Object.entries(attrs).filter(
    ([name, value]) => !defaults.has(name) || !isDefault(value, defaults.get(name)),
  );
  return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)));
}

function isDefault(value: attr.GraphAttr, fallback: unknown): boolean {
  const plain = plainOf(value);
  return typeof plain === 'object'
    ? JSON.stringify(plain) === JSON.stringify(fallback)
    : plain === fallback;
}

/** The value of an attribute as the table of ops writes defaults. */
function plainOf({ i, f, b, s, type, list }: attr.GraphAttr): unknown {
  if (i != null) return Number(i);
  if (f != null) return f;
  if (b != null) return b;
  if (s != null) return new TextDecoder().decode(s);
  if (type != null) return tensorDType(type);
  if (list?.i != null) return list.i.map(Number);
  if (list?.type != null) return list.type.map(tensorDType);
  return list?.shape?.length === 0 ? [] : undefined;
}
