import { isTensorDType } from '@km/core/tensor-proto';
import type { GraphDType } from './dtype.ts';
import { OP_TABLE } from './generated/op-table.ts';

/** An input or output of an op: one tensor, a list of `count` tensors, or one per type of a list. */
export interface ArgDef {
  readonly name: string;
  /** The type, where it is always the same. */
  readonly type?: GraphDType;
  /** Attribute that holds the type. */
  readonly typeAttr?: string;
  /** Attribute that holds the number of tensors. */
  readonly countAttr?: string;
  /** Attribute that holds the types of all tensors. */
  readonly typesAttr?: string;
  /** True for a reference to a variable of TensorFlow 1. */
  readonly isRef?: boolean;
}

/** Inputs, outputs and default attributes of an op. */
export interface OpDef {
  readonly name: string;
  readonly inputs: readonly ArgDef[];
  readonly outputs: readonly ArgDef[];
  /** Values of attributes that writers leave out, as in JSON. */
  readonly defaults: ReadonlyMap<string, unknown>;
  /** True for ops with effects or a state of their own. */
  readonly stateful: boolean;
}

let lines: ReadonlyMap<string, string> | undefined;
const parsed = new Map<string, OpDef>();

/** Definition of an op by its name; undefined for ops outside of the table. */
export function opDef(name: string): OpDef | undefined {
  const known = parsed.get(name);
  if (known !== undefined) return known;
  lines ??= new Map(OP_TABLE.split('\n').map((line) => [/^[\w>]+/.exec(line)?.[0] ?? '', line]));
  const line = lines.get(name);
  if (line === undefined) return undefined;
  const def = parseOpDef(line);
  parsed.set(name, def);
  return def;
}

/** Reads a line `Name! inputs -> outputs | defaults`. */
function parseOpDef(line: string): OpDef {
  const [head = '', defaults = ''] = line.split(' | ');
  const [left = '', outputs = ''] = head.split(' ->');
  const [name = '', ...inputs] = left.split(' ');
  return {
    name: name.replace('!', ''),
    stateful: name.endsWith('!'),
    inputs: inputs.map(parseArg),
    outputs: outputs.split(' ').filter(Boolean).map(parseArg),
    defaults: new Map(defaults.split(' ').filter(Boolean).map(parseDefault)),
  };
}

/** Reads `name:type`, `name:T`, `name:&T` for a reference, `name:N*T` or `name:*Tin`. */
function parseArg(text: string): ArgDef {
  const [name = '', marked = ''] = text.split(':');
  const isRef = marked.startsWith('&');
  const type = isRef ? marked.slice(1) : marked;
  const star = type.indexOf('*');
  if (star === 0) return { name, typesAttr: type.slice(1) };
  const element = type.slice(star + 1);
  return {
    name,
    ...(isTensorDType(element) ? { type: element } : { typeAttr: element }),
    ...(star > 0 ? { countAttr: type.slice(0, star) } : {}),
    ...(isRef ? { isRef } : {}),
  };
}

function parseDefault(text: string): [string, unknown] {
  const at = text.indexOf('=');
  return [text.slice(0, at), JSON.parse(text.slice(at + 1))];
}
