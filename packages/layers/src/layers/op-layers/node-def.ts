import * as tf from '@tensorflow/tfjs-core';
import type { Config } from '../base.ts';
import { SymbolArgs, type SymbolFunction, toOperand } from './symbol-args.ts';
import { symbolTable } from './symbol-table.ts';

/** An operation of a graph as Keras of TensorFlow 2.0 to 2.3 notes it in configs. */
export interface NodeDef {
  readonly op: string;
  readonly attr: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}

/** How an operation is a function: the function's name, and the names of the inputs after the first. */
type Row = readonly [op: string, symbol: string, inputs: readonly string[]];

const UNARY: readonly (readonly [op: string, symbol: string])[] = [
  ['Abs', 'math.abs'],
  ['Ceil', 'math.ceil'],
  ['Cos', 'math.cos'],
  ['Elu', 'nn.elu'],
  ['Erf', 'math.erf'],
  ['Exp', 'math.exp'],
  ['Floor', 'math.floor'],
  ['Identity', 'identity'],
  ['Log', 'math.log'],
  ['Log1p', 'math.log1p'],
  ['LogSoftmax', 'nn.log_softmax'],
  ['LogicalNot', 'math.logical_not'],
  ['Neg', 'math.negative'],
  ['OnesLike', 'ones_like'],
  ['Reciprocal', 'math.reciprocal'],
  ['Relu', 'nn.relu'],
  ['Relu6', 'nn.relu6'],
  ['Round', 'math.round'],
  ['Rsqrt', 'math.rsqrt'],
  ['Selu', 'nn.selu'],
  ['Shape', 'shape'],
  ['Sigmoid', 'math.sigmoid'],
  ['Sign', 'math.sign'],
  ['Sin', 'math.sin'],
  ['Softmax', 'nn.softmax'],
  ['Softplus', 'math.softplus'],
  ['Sqrt', 'math.sqrt'],
  ['Square', 'math.square'],
  ['StopGradient', 'identity'],
  ['Tanh', 'math.tanh'],
  ['ZerosLike', 'zeros_like'],
];

const BINARY: readonly (readonly [op: string, symbol: string])[] = [
  ['Add', 'math.add'],
  ['AddV2', 'math.add'],
  ['Equal', 'math.equal'],
  ['FloorDiv', 'math.floordiv'],
  ['FloorMod', 'math.floormod'],
  ['Greater', 'math.greater'],
  ['GreaterEqual', 'math.greater_equal'],
  ['Less', 'math.less'],
  ['LessEqual', 'math.less_equal'],
  ['LogicalAnd', 'math.logical_and'],
  ['LogicalOr', 'math.logical_or'],
  ['Maximum', 'math.maximum'],
  ['Minimum', 'math.minimum'],
  ['Mul', 'math.multiply'],
  ['NotEqual', 'math.not_equal'],
  ['Pow', 'math.pow'],
  ['RealDiv', 'math.divide'],
  ['SquaredDifference', 'math.squared_difference'],
  ['Sub', 'math.subtract'],
];

const OTHERS: readonly Row[] = [
  ['All', 'math.reduce_all', ['axis']],
  ['Any', 'math.reduce_any', ['axis']],
  ['ArgMax', 'math.argmax', ['axis']],
  ['ArgMin', 'math.argmin', ['axis']],
  ['BatchMatMulV2', 'linalg.matmul', ['b']],
  ['BiasAdd', 'nn.bias_add', ['bias']],
  ['ExpandDims', 'expand_dims', ['axis']],
  ['GatherV2', 'gather', ['indices', 'axis']],
  ['MatMul', 'linalg.matmul', ['b']],
  ['Max', 'math.reduce_max', ['axis']],
  ['Mean', 'math.reduce_mean', ['axis']],
  ['Min', 'math.reduce_min', ['axis']],
  ['Pad', 'pad', ['paddings']],
  ['PadV2', 'pad', ['paddings', 'constant_values']],
  ['Prod', 'math.reduce_prod', ['axis']],
  ['Reshape', 'reshape', ['shape']],
  ['ReverseV2', 'reverse', ['axis']],
  ['SelectV2', 'where', ['x', 'y']],
  ['Slice', 'slice', ['begin', 'size']],
  ['Sum', 'math.reduce_sum', ['axis']],
  ['Tile', 'tile', ['multiples']],
  ['Transpose', 'transpose', ['perm']],
];

/** Attributes that are arguments of the function under another name. */
const RENAMED: ReadonlyMap<string, string> = new Map([
  ['keep_dims', 'keepdims'],
  ['squeeze_dims', 'axis'],
  ['num_split', 'num_or_size_splits'],
  ['adj_x', 'transpose_a'],
  ['adj_y', 'transpose_b'],
]);

/** Types of elements by TensorFlow's enumeration. */
const TYPES: ReadonlyMap<unknown, string> = new Map([
  ['DT_FLOAT', 'float32'],
  ['DT_INT32', 'int32'],
  ['DT_INT64', 'int64'],
  ['DT_BOOL', 'bool'],
]);

function attributeOf(value: Readonly<Record<string, unknown>>): unknown {
  const [kind, content] = Object.entries(value)[0] ?? [];
  if (kind === 'i') return Number(content);
  if (kind === 'type') return TYPES.get(content) ?? content;
  if (kind === 'list') return ((content as { i?: unknown[] }).i ?? []).map(Number);
  return content;
}

function argumentsOf(node: NodeDef): Config {
  const args: Config = {};
  for (const [name, value] of Object.entries(node.attr)) {
    if (name !== 'T') args[RENAMED.get(name) ?? name] = attributeOf(value);
  }
  return args;
}

/** Runs an operation on its inputs: tensors, and constants as nested numbers. */
export type NodeFunction = (inputs: readonly unknown[]) => tf.Tensor | tf.Tensor[];

/** Returns what computes an operation, or null if it is not known. */
export function nodeFunction(node: NodeDef): NodeFunction | null {
  const args = argumentsOf(node);
  const own = listFunctions(args).get(node.op);
  if (own !== undefined) return own;
  const rows: readonly Row[] = [
    ...UNARY.map(([op, symbol]): Row => [op, symbol, []]),
    ...BINARY.map(([op, symbol]): Row => [op, symbol, ['y']]),
    ...OTHERS,
  ];
  const [, symbol, names] = rows.find(([op]) => op === node.op) ?? [];
  const fn: SymbolFunction | undefined = symbolTable().get(symbol ?? '');
  if (fn === undefined || names === undefined) return null;
  return ([first, ...more]) => {
    const given = Object.fromEntries(names.map((name, i) => [name, more[i] ?? null]));
    return fn(first, new SymbolArgs({ ...args, ...given }));
  };
}

/** Operations whose inputs are not one tensor and named arguments. */
function listFunctions(args: Config): ReadonlyMap<string, NodeFunction> {
  const axis = Number(args.axis ?? 0);
  const symbol = (name: string, input: unknown, more: Config): tf.Tensor | tf.Tensor[] => {
    const fn = symbolTable().get(name);
    if (fn === undefined) throw new TypeError(`tf.${name} is not known.`);
    return fn(input, new SymbolArgs(more));
  };
  return new Map<string, NodeFunction>([
    [
      'ConcatV2',
      (inputs) => symbol('concat', inputs.slice(0, -1), { axis: numberOf(inputs.at(-1)) }),
    ],
    ['Pack', (inputs) => symbol('stack', inputs, { axis })],
    ['Unpack', ([x]) => symbol('unstack', x, { axis })],
    ['Cast', ([x]) => symbol('cast', x, { dtype: args.DstT })],
    ['Squeeze', ([x]) => symbol('squeeze', x, args)],
    ['Split', ([dim, x]) => symbol('split', x, { ...args, axis: numberOf(dim) })],
    [
      'SplitV',
      ([x, sizes, dim]) => symbol('split', x, { num_or_size_splits: sizes, axis: numberOf(dim) }),
    ],
    ['StridedSlice', (inputs) => stridedSlice(inputs, args)],
  ]);
}

function numberOf(value: unknown): number {
  return value instanceof tf.Tensor ? (value.dataSync()[0] ?? 0) : Number(value);
}

function stridedSlice([x, begin, end, strides]: readonly unknown[], args: Config): tf.Tensor {
  const list = (value: unknown): number[] =>
    value instanceof tf.Tensor ? Array.from(value.dataSync()) : (value as number[]).map(Number);
  const mask = (name: string): number => Number(args[`${name}_mask`] ?? 0);
  return tf.stridedSlice(
    toOperand(x),
    list(begin),
    list(end),
    list(strides),
    mask('begin'),
    mask('end'),
    mask('ellipsis'),
    mask('new_axis'),
    mask('shrink_axis'),
  );
}
