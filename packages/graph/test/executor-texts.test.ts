import { beforeAll, expect, test } from '@jest/globals';
import { toTensor } from '@km/graph';
import type { AttrValue, NodeDef } from '@km/proto/saved-model';
import * as tf from '@tensorflow/tfjs-core';
import { executorOf, useBackend } from './executor-cases.ts';
import {
  BOOL,
  constant,
  functionDef,
  INT32,
  node,
  type ShortAttrs,
  STRING,
} from './graph-builder.ts';

beforeAll(() => useBackend('cpu'));

const ints = (name: string, values: readonly number[], shape = [values.length]): NodeDef =>
  constant(name, values, shape, INT32);
const i = (value: number): AttrValue.$Properties => ({ i: BigInt(value) });
const T = { T: STRING };

interface Moved {
  readonly op: string;
  /** Inputs in order: arguments x, y, c or constants. */
  readonly input: readonly string[];
  readonly attrs?: ShortAttrs;
  readonly constants?: readonly NodeDef[];
  /** Name of the op's outputs. */
  readonly output?: string;
  readonly gives: readonly (readonly [shape: readonly number[], texts: string])[];
}

/** What ops of TensorFlow 2.15 make of x = [[a, b, c], [d, e, f]] and y = [[u, v, w], [x, y, z]]. */
const MOVED: readonly Moved[] = [
  { op: 'Identity', input: ['x'], attrs: T, gives: [[[2, 3], 'a b c d e f']] },
  {
    op: 'Gather',
    input: ['x', 'ids'],
    attrs: { Tparams: STRING, Tindices: INT32 },
    constants: [ints('ids', [1])],
    gives: [[[1, 3], 'd e f']],
  },
  {
    op: 'GatherV2',
    input: ['x', 'ids', 'axis'],
    attrs: { Tparams: STRING, Tindices: INT32, Taxis: INT32 },
    constants: [ints('ids', [2, 0]), ints('axis', [1], [])],
    gives: [[[2, 2], 'c a f d']],
  },
  {
    op: 'GatherNd',
    input: ['x', 'ids'],
    attrs: { Tparams: STRING, Tindices: INT32 },
    constants: [ints('ids', [1, 2, 0, 1], [2, 2])],
    gives: [[[2], 'f b']],
  },
  {
    op: 'ConcatV2',
    input: ['x', 'y', 'axis'],
    attrs: { ...T, N: i(2), Tidx: INT32 },
    constants: [ints('axis', [1], [])],
    gives: [[[2, 6], 'a b c u v w d e f x y z']],
  },
  {
    op: 'Pack',
    input: ['x', 'y'],
    attrs: { ...T, N: i(2), axis: i(0) },
    gives: [[[2, 2, 3], 'a b c d e f u v w x y z']],
  },
  {
    op: 'Unpack',
    input: ['x'],
    attrs: { ...T, num: i(2), axis: i(0) },
    gives: [
      [[3], 'a b c'],
      [[3], 'd e f'],
    ],
  },
  {
    op: 'Reshape',
    input: ['x', 'shape'],
    attrs: { ...T, Tshape: INT32 },
    constants: [ints('shape', [3, -1])],
    gives: [[[3, 2], 'a b c d e f']],
  },
  {
    op: 'ExpandDims',
    input: ['x', 'axis'],
    attrs: { ...T, Tdim: INT32 },
    constants: [ints('axis', [-1], [])],
    gives: [[[2, 3, 1], 'a b c d e f']],
  },
  {
    op: 'Tile',
    input: ['x', 'times'],
    attrs: { ...T, Tmultiples: INT32 },
    constants: [ints('times', [1, 2])],
    gives: [[[2, 6], 'a b c a b c d e f d e f']],
  },
  {
    op: 'BroadcastTo',
    input: ['x', 'shape'],
    attrs: { ...T, Tidx: INT32 },
    constants: [ints('shape', [2, 2, 3])],
    gives: [[[2, 2, 3], 'a b c d e f a b c d e f']],
  },
  {
    op: 'Transpose',
    output: 'y',
    input: ['x', 'perm'],
    attrs: { ...T, Tperm: INT32 },
    constants: [ints('perm', [1, 0])],
    gives: [[[3, 2], 'a d b e c f']],
  },
  {
    op: 'StridedSlice',
    input: ['x', 'begin', 'end', 'strides'],
    attrs: { ...T, Index: INT32, shrink_axis_mask: i(1) },
    constants: [ints('begin', [1, 2]), ints('end', [2, 0]), ints('strides', [1, -1])],
    gives: [[[2], 'f e']],
  },
  {
    op: 'Slice',
    input: ['x', 'begin', 'size'],
    attrs: { ...T, Index: INT32 },
    constants: [ints('begin', [0, 1]), ints('size', [-1, 1])],
    gives: [[[2, 1], 'b e']],
  },
  {
    op: 'Split',
    input: ['axis', 'x'],
    attrs: { ...T, num_split: i(2) },
    constants: [ints('axis', [0], [])],
    gives: [
      [[1, 3], 'a b c'],
      [[1, 3], 'd e f'],
    ],
  },
  {
    op: 'SplitV',
    input: ['x', 'sizes', 'axis'],
    attrs: { ...T, num_split: i(2), Tlen: INT32 },
    constants: [ints('axis', [1], []), ints('sizes', [1, 2])],
    gives: [
      [[2, 1], 'a d'],
      [[2, 2], 'b c e f'],
    ],
  },
  {
    op: 'ReverseV2',
    input: ['x', 'axis'],
    attrs: { ...T, Tidx: INT32 },
    constants: [ints('axis', [1])],
    gives: [[[2, 3], 'c b a f e d']],
  },
  {
    op: 'ReverseSequence',
    input: ['x', 'lengths'],
    attrs: { ...T, Tlen: INT32, seq_dim: i(1), batch_dim: i(0) },
    constants: [ints('lengths', [2, 3])],
    gives: [[[2, 3], 'b a c f e d']],
  },
  {
    op: 'Roll',
    input: ['x', 'shift', 'axis'],
    attrs: { ...T, Tshift: INT32, Taxis: INT32 },
    constants: [ints('shift', [1]), ints('axis', [1])],
    gives: [[[2, 3], 'c a b f d e']],
  },
  {
    op: 'Pad',
    input: ['x', 'paddings'],
    attrs: { ...T, Tpaddings: INT32 },
    constants: [ints('paddings', [0, 0, 1, 0], [2, 2])],
    gives: [[[2, 4], ' a b c  d e f']],
  },
  {
    op: 'MirrorPad',
    input: ['x', 'paddings'],
    attrs: { ...T, Tpaddings: INT32, mode: { s: new TextEncoder().encode('REFLECT') } },
    constants: [ints('paddings', [0, 0, 1, 0], [2, 2])],
    gives: [[[2, 4], 'b a b c e d e f']],
  },
  {
    op: 'SelectV2',
    input: ['c', 'x', 'y'],
    attrs: T,
    gives: [[[2, 3], 'a v c d y f']],
  },
  { op: 'Select', input: ['c', 'x', 'y'], attrs: T, gives: [[[2, 3], 'a v c d y f']] },
  {
    op: 'Squeeze',
    input: ['first'],
    attrs: T,
    constants: [
      ints('axis', [0], []),
      node('first', 'Split', ['axis', 'x'], { ...T, num_split: i(2) }),
    ],
    gives: [[[3], 'a b c']],
  },
  {
    op: 'TensorScatterUpdate',
    input: ['x', 'ids', 'new'],
    attrs: { ...T, Tindices: INT32 },
    constants: [
      ints('ids', [1], [1, 1]),
      ints('begin', [0, 0]),
      ints('size', [1, 3]),
      node('new', 'Slice', ['y', 'begin', 'size'], { ...T, Index: INT32 }),
    ],
    gives: [[[2, 3], 'a b c u v w']],
  },
  {
    op: 'DynamicPartition',
    input: ['x', 'groups'],
    attrs: { ...T, num_partitions: i(2) },
    output: 'outputs',
    constants: [ints('groups', [1, 0])],
    gives: [
      [[1, 3], 'd e f'],
      [[1, 3], 'a b c'],
    ],
  },
  {
    op: 'DynamicStitch',
    input: ['first', 'second', 'x', 'y'],
    output: 'merged',
    attrs: { ...T, N: i(2) },
    constants: [ints('first', [3, 0]), ints('second', [1, 2])],
    gives: [[[4, 3], 'd e f u v w x y z a b c']],
  },
];

const texts = (shape: number[], values: string): tf.Tensor =>
  tf.tensor(values.split(' '), shape, 'string');

test.each(MOVED)('$op moves the texts of tensors of tfjs', (row) => {
  const { op, input, attrs, constants = [], output = 'output', gives } = row;
  const port = (at: number): string => `op:${output}:${at}`;
  const definition = functionDef('main', {
    args: { x: STRING, y: STRING, c: BOOL },
    nodes: [
      ...constants,
      node(
        'op',
        op,
        input.map((name) => (constants.some((each) => each.name === name) ? `${name}:0` : name)),
        attrs,
      ),
    ],
    returns: Object.fromEntries(gives.map((_, at) => [`y${at}`, port(at)])),
    types: Object.fromEntries(gives.map((_, at) => [`y${at}`, STRING])),
  });
  const given = [
    texts([2, 3], 'a b c d e f'),
    texts([2, 3], 'u v w x y z'),
    tf.tensor2d([1, 0, 1, 1, 0, 1], [2, 3], 'bool'),
  ];
  const found = executorOf([definition]).function('main').run(given).map(toTensor);
  expect(found.map(({ shape, dtype }) => [dtype, shape])).toEqual(
    gives.map(([shape]) => ['string', shape]),
  );
  expect(found.map((each) => Array.from(each.dataSync<'string'>()).join(' '))).toEqual(
    gives.map(([, wanted]) => wanted),
  );
});

test('texts that are repeated beyond what memory holds are refused', () => {
  const definition = functionDef('main', {
    args: { x: STRING },
    nodes: [
      ints('times', [1 << 13, 1 << 13]),
      node('y', 'Tile', ['x', 'times:output:0'], { ...T, Tmultiples: INT32 }),
    ],
    returns: { y: 'y:output:0' },
    types: { y: STRING },
  });
  const main = executorOf([definition]).function('main');
  expect(() => main.run([texts([1, 2], 'a b')])).toThrow(/at most 67108864 elements/);
});
