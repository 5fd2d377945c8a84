import { beforeAll, expect, test } from '@jest/globals';
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import {
  FunctionLibrary,
  registerGradients,
  registerKernels,
  type ScanOptions,
  type ScanStep,
  scan,
  type TraceSpec,
  trace,
  tracedLoop,
} from '../src/index.ts';
import { opsOf, runTraced, TestVariable } from './tracer-support.ts';

beforeAll(async () => {
  await tf.setBackend('cpu');
  registerKernels();
  registerGradients();
});

const kernel = tf.tensor2d([0.5, -0.25, 0.75, 1, 0.125, -0.5], [3, 2]);
const recurrent = tf.tensor2d([0.25, 0.5, -0.5, 0.75], [2, 2]);

const cell: ScanStep = ([x], [h]) => {
  const before = h ?? tf.zeros([1, 2]);
  const given = x ?? tf.zeros([1, 3]);
  const next = tf.tanh(tf.add(tf.matMul(given, kernel), tf.matMul(before, recurrent)));
  return [tf.mul(next, 2), [next]];
};

type Options = Omit<ScanOptions, 'mask'>;

/** The last output, all outputs if there are any, and the last state. */
function walk(x: tf.Tensor, mask: tf.Tensor | null, options: Options): tf.Tensor[] {
  const batch = x.shape[options.timeMajor === true ? 1 : 0] ?? 1;
  const result = scan(cell, [x], [tf.zeros([batch, 2])], { ...options, mask });
  return [
    result.lastOutput,
    ...(result.outputs === null ? [] : [result.outputs]),
    ...result.states,
  ];
}

const sequence: TraceSpec = { shape: ['batch', 'steps', 3], dtype: 'float32', name: 'x' };
const turned: TraceSpec = { shape: ['steps', 'batch', 3], dtype: 'float32', name: 'x' };
const maskSpec: TraceSpec = { shape: ['batch', 'steps'], dtype: 'bool', name: 'mask' };

const values = (shape: number[]): tf.Tensor =>
  tf.sin(tf.reshape(tf.range(0, tf.util.sizeFromShape(shape)), shape));
const masks = tf.tensor2d([1, 1, 0, 1, 0, 0, 1, 1, 0, 1, 1, 1, 1, 1, 0], [3, 5], 'bool');

const cases: readonly (readonly [string, Options, boolean])[] = [
  ['all outputs', {}, false],
  ['only the last output', { allOutputs: false }, false],
  ['backwards', { goBackwards: true }, false],
  ['with a mask', {}, true],
  ['with a mask, backwards, only the last output', { goBackwards: true, allOutputs: false }, true],
  ['with a mask that gives zeros', { zeroOutputForMask: true }, true],
  ['time first', { timeMajor: true }, false],
  ['some steps', { length: 3 }, false],
  ['step by step', { unroll: true }, false],
];

test.each(cases)('a scan is a loop that computes the same: %s', (_, options, isMasked) => {
  const library = new FunctionLibrary();
  const steps = options.unroll === true ? 5 : 'steps';
  const open: TraceSpec = { ...sequence, shape: ['batch', steps, 3] };
  const specs = [options.timeMajor === true ? turned : open, ...(isMasked ? [maskSpec] : [])];
  const traced = trace((x, mask) => walk(x as tf.Tensor, mask ?? null, options), specs, {
    library,
  });
  const x = values(options.timeMajor === true ? [5, 3, 3] : [3, 5, 3]);
  const wanted = walk(x, isMasked ? masks : null, options);
  const found = runTraced(traced, library, [x, ...(isMasked ? [masks] : [])]);
  expect(found.map(({ shape }) => shape)).toEqual(wanted.map(({ shape }) => shape));
  found.forEach((tensor, i) => {
    const expected = wanted[i];
    if (expected === undefined) throw new Error('there are too many results');
    expect(tf.max(tf.abs(tf.sub(tensor, expected))).dataSync()[0]).toBeLessThan(1e-6);
  });
  const loops = opsOf(traced.definition).filter((op) => op === 'StatelessWhile');
  expect(loops).toHaveLength(options.unroll === true ? 0 : 1);
});

test('a loop begins with its counter and its limit, which gradients of TensorFlow look for', () => {
  const library = new FunctionLibrary();
  trace((x) => walk(x as tf.Tensor, null, {}), [sequence], { library });
  const body = library.definitions.find(({ signature }) => signature?.name?.includes('body'));
  const names = body?.signature?.inputArg?.map(({ name }) => name);
  expect(names).toEqual([
    'loop_counter',
    'maximum_iterations',
    'outputs_0',
    'state_0',
    'sequence_0',
  ]);
});

test('gradients flow through a loop to what it takes from outside', () => {
  const library = new FunctionLibrary();
  const weight = new TestVariable('kernel', tf.tensor2d([0.5, -0.25], [1, 2]));
  const run = (x: tf.Tensor): tf.Tensor => {
    const step: ScanStep = ([given], [state]) => {
      const next = tf.tanh(tf.mul(tf.add(given ?? x, state ?? x), weight.read()));
      return [next, [next]];
    };
    return scan(step, [x], [tf.zeros([x.shape[0] ?? 1, 2])], { allOutputs: false }).lastOutput;
  };
  const spec: TraceSpec = { shape: [null, null, 2], dtype: 'float32' };
  const traced = trace((x) => run(x as tf.Tensor), [spec], { library });
  expect(traced.captures).toEqual([weight]);
  const x = values([2, 4, 2]);
  const slope = (fn: (x: tf.Tensor) => tf.Tensor): tf.Tensor => tf.grad((y) => tf.sum(fn(y)))(x);
  const found = slope((y) => runTraced(traced, library, [y])[0] ?? y);
  expect(tf.max(tf.abs(tf.sub(found, slope(run)))).dataSync()[0]).toBeLessThan(1e-6);
});

test('what the first step makes for all steps is made once, outside of the loop', () => {
  const library = new FunctionLibrary();
  const run = (x: tf.Tensor): tf.Tensor => {
    const drawn: tf.Tensor[] = [];
    const step: ScanStep = ([given = x]) => {
      const attrs = { shape: given.shape, seed: 1, seed2: 2, skip: 0 };
      if (drawn[0] === undefined) drawn.push(tf.engine().runKernel('RandomUniform', {}, attrs));
      return [tf.mul(given, drawn[0] ?? given), []];
    };
    return scan(step, [x], []).outputs ?? x;
  };
  const traced = trace((x) => run(x as tf.Tensor), [sequence], { library });
  expect(opsOf(traced.definition)).toContain('RandomUniform');
  const body = library.definitions.find(({ signature }) => signature?.name?.includes('body'));
  expect(opsOf(body ?? {})).not.toContain('RandomUniform');
});

test('equal loops of one function are one', () => {
  const library = new FunctionLibrary();
  trace((x) => [...walk(x as tf.Tensor, null, {}), ...walk(x as tf.Tensor, null, {})], [sequence], {
    library,
  });
  expect(library.definitions).toHaveLength(3);
});

test('an assignment in the step of a loop is refused', () => {
  const variable = new TestVariable('v', tf.zeros([1]));
  const run = (x: tf.Tensor): tf.Tensor[] => [
    ...tracedLoop(
      ([given = x], _) => {
        variable.assign(tf.zeros([1]));
        return [[given], []];
      },
      [x],
      [],
    ).outputs,
  ];
  const spec: TraceSpec = { shape: [null, 2], dtype: 'float32' };
  expect(() => trace((x) => run(x as tf.Tensor), [spec])).toThrow(/assigned in the step of a loop/);
});

test('a tensor of a step is refused outside of it', () => {
  const run = (x: tf.Tensor): tf.Tensor => {
    const leaks: tf.Tensor[] = [];
    scan(
      ([given = x]) => {
        leaks.push(tf.keep(tf.exp(given)));
        return [given, []];
      },
      [x],
      [],
    );
    return leaks.at(-1) ?? x;
  };
  expect(() => trace((x) => run(x as tf.Tensor), [sequence])).toThrow(/outside of that step/);
});
