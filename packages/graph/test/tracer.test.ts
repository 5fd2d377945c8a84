import { beforeAll, expect, test } from '@jest/globals';
import { encodeProto } from '@km/proto';
import { FunctionDefLibrary } from '@km/proto/saved-model';
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import {
  FunctionLibrary,
  registerGradients,
  registerKernels,
  type TracedFunction,
  type TraceSpec,
  trace,
  tracedCall,
} from '../src/index.ts';
import { tracerCases } from './tracer-cases.ts';
import { opsOf, runTraced, TestVariable } from './tracer-support.ts';

beforeAll(async () => {
  await tf.setBackend('cpu');
  registerKernels();
  registerGradients();
});

/** Numbers around zero that do not repeat. */
function numbers(shape: number[], dtype: string): tf.Tensor {
  const values = Array.from(
    { length: tf.util.sizeFromShape(shape) },
    (_, i) => Math.sin(i + 1) * 2,
  );
  if (dtype !== 'int32') return tf.tensor(values, shape);
  return tf.tensor(
    values.map((x) => Math.abs(Math.trunc(x * 2))),
    shape,
    'int32',
  );
}

const lengths: readonly (readonly [batch: number, other: number])[] = [
  [1, 7],
  [4, 10],
];

function inputsFor(
  specs: readonly TraceSpec[],
  [batch, other]: readonly [number, number],
): tf.Tensor[] {
  return specs.map(({ shape, dtype }) =>
    numbers(
      shape.map((length, axis) =>
        typeof length === 'number' ? length : axis === 0 ? batch : other,
      ),
      dtype,
    ),
  );
}

test.each(tracerCases)('a graph computes what its function does: $name', ({ specs, run }) => {
  const library = new FunctionLibrary();
  const traced = trace(run, specs, { library });
  for (const sizes of lengths) {
    const inputs = inputsFor(specs, sizes);
    const wanted = [run(...inputs)].flat() as tf.Tensor[];
    const found = runTraced(traced, library, inputs);
    expect(found.map(({ shape, dtype }) => ({ shape, dtype }))).toEqual(
      wanted.map(({ shape, dtype }) => ({ shape, dtype })),
    );
    found.forEach((tensor, i) => {
      const values = Array.from(wanted[i]?.dataSync() ?? []);
      Array.from(tensor.dataSync()).forEach((value, at) => {
        expect(value).toBeCloseTo(values[at] ?? Number.NaN, 4);
      });
    });
  }
});

const rows: readonly TraceSpec[] = [{ shape: [null, 3], dtype: 'float32' }];

function once(fn: (x: tf.Tensor) => tf.Tensor | tf.Tensor[], specs = rows): TracedFunction {
  return trace((x) => fn(x as tf.Tensor), specs);
}

test('an open axis that a result keeps is open in its shape, and no other is', () => {
  const { outputs } = once((x) => [tf.matMul(x, tf.ones([3, 2])), tf.sum(x)]);
  expect(outputs).toEqual([
    { shape: [null, 2], dtype: 'float32' },
    { shape: [], dtype: 'float32' },
  ]);
});

test('functions are the same byte for byte when they are traced again', () => {
  const write = (): Uint8Array => {
    const library = new FunctionLibrary();
    for (const { specs, run } of tracerCases) trace(run, specs, { library });
    return encodeProto(FunctionDefLibrary, { function: [...library.definitions] });
  };
  expect(Buffer.compare(write(), write())).toBe(0);
});

test('a constant is written once, and so is what is computed twice', () => {
  const { definition } = once((x) => [tf.add(x, tf.scalar(2)), tf.sub(x, 2), tf.add(x, 2)]);
  const ops = opsOf(definition);
  expect(ops.filter((op) => op === 'Const')).toHaveLength(1);
  expect(ops.filter((op) => op === 'AddV2')).toHaveLength(1);
});

test('what no result needs is not written', () => {
  const { definition } = once((x) => {
    tf.exp(x);
    return tf.neg(x);
  });
  expect(opsOf(definition)).toEqual(['Neg', 'Identity']);
});

test('integers of 64 bits become such of 32 inside and stay what they are outside', () => {
  const spec: TraceSpec = { shape: [null], dtype: 'int64', name: 'Ids/1' };
  const { definition, inputs } = trace((x) => tf.mul(x, tf.scalar(2, 'int32')), [spec], {
    outputTypes: ['int64'],
  });
  expect(inputs[0]).toEqual({ name: 'Ids/1', argument: 'ids_1', shape: [null], dtype: 'int64' });
  expect(opsOf(definition)).toEqual(['Cast', 'Const', 'Mul', 'Cast', 'Identity']);
});

test.each([
  ['reading a computed tensor', (x: tf.Tensor) => tf.mul(x, Number(tf.sum(x).dataSync()[0]))],
  ['a branch on the batch', (x: tf.Tensor) => ((x.shape[0] ?? 0) > 2 ? tf.exp(x) : tf.neg(x))],
  ['a number that is no line', (x: tf.Tensor) => tf.mul(x, 1 / (x.shape[0] ?? 1))],
  ['a size that is no product', (x: tf.Tensor) => tf.fill([(x.shape[0] ?? 1) ** 2 + 1], 1)],
  ['a constant of the batch', (x: tf.Tensor) => tf.matMul(tf.eye(x.shape[0] ?? 1), x)],
  ['random constants', (x: tf.Tensor) => tf.add(x, tf.scalar(Math.random()))],
  ['taking the batch apart', (x: tf.Tensor) => tf.addN(tf.unstack(x))],
])('%s is refused', (_, fn) => {
  expect(() => once(fn)).toThrow(expect.objectContaining({ code: 'KM_UNSUPPORTED' }));
});

test('a refusal says where the operation was called', () => {
  const culprit = (x: tf.Tensor): tf.Tensor => tf.fill([(x.shape[0] ?? 1) ** 2 + 1], 1);
  expect(() => once(culprit)).toThrow(/\(Fill\)[\s\S]* at .*tracer\.test\.ts/);
});

test('a tensor from outside is a constant if it has values, and refused if it was computed without', () => {
  const given = tf.tensor1d([1, 2, 3]);
  expect(opsOf(once((x) => tf.add(x, given)).definition)).toContain('Const');
  const leaked: tf.Tensor[] = [];
  once((x) => {
    leaked.push(tf.keep(tf.exp(x)));
    return x;
  });
  expect(() => once((x) => tf.add(x, leaked[0] ?? x))).toThrow(/computed outside of it/);
});

test('a variable is captured once and read again behind an assignment', () => {
  const library = new FunctionLibrary();
  const total = new TestVariable('total', tf.tensor1d([1, 1, 1]));
  const run = (x: tf.Tensor): tf.Tensor[] => {
    const before = tf.add(total.read(), total.read());
    total.assign(tf.sum(x, 0));
    total.assignSub(tf.ones([3]));
    return [before, tf.mul(total.read(), 2)];
  };
  const traced = trace((x) => run(x as tf.Tensor), rows, { library });
  expect(traced.captures).toEqual([total]);
  expect(traced.writes).toEqual([total]);
  expect(opsOf(traced.definition).filter((op) => op === 'ReadVariableOp')).toHaveLength(2);
  const [before, after] = runTraced(traced, library, [tf.ones([4, 3])]);
  expect(before?.dataSync()).toEqual(Float32Array.from([2, 2, 2]));
  expect(after?.dataSync()).toEqual(Float32Array.from([6, 6, 6]));
  expect(total.values()).toEqual([3, 3, 3]);
});

test('an assignment takes place although no result depends on it', () => {
  const library = new FunctionLibrary();
  const variable = new TestVariable('v', tf.scalar(0));
  const traced = trace(
    (x) => {
      variable.assign(tf.sum(x as tf.Tensor));
      return tf.neg(x as tf.Tensor);
    },
    rows,
    { library },
  );
  runTraced(traced, library, [tf.ones([2, 3])]);
  expect(variable.values()).toEqual([6]);
});

/** Calls a function that is traced by itself. */
function call(
  owner: object,
  x: tf.Tensor,
  run: (x: tf.Tensor) => tf.Tensor[],
): readonly tf.Tensor[] {
  const callee = {
    owner,
    key: 'call',
    name: 'inner',
    inputNames: ['x'],
    run: ([given]: readonly tf.Tensor[]) => run(given ?? x),
  };
  return tracedCall(callee, [x]) ?? run(x);
}

test('functions that are called are shared by calls of one owner with inputs of one kind', () => {
  const library = new FunctionLibrary();
  const owner = {};
  const weight = new TestVariable('w', tf.scalar(3));
  const double = (x: tf.Tensor): tf.Tensor[] => [tf.mul(x, weight.read())];
  const traced = trace(
    (x) => {
      const [once = x] = call(owner, x as tf.Tensor, double);
      const [twice = x] = call(owner, once as tf.Tensor, double);
      const [flat = x] = call(owner, tf.sum(twice as tf.Tensor, 1), double);
      return flat as tf.Tensor;
    },
    rows,
    { library },
  );
  const names = library.definitions.map(({ signature }) => signature?.name);
  expect(names.filter((name) => name?.includes('inner'))).toHaveLength(2);
  expect(traced.captures).toEqual([weight]);
  const [result] = runTraced(traced, library, [tf.ones([2, 3])]);
  expect(Array.from(result?.dataSync() ?? [])).toEqual([81, 81]);
});

test('a called function is written out where a tensor leaks out of it', () => {
  const library = new FunctionLibrary();
  const leaks: tf.Tensor[] = [];
  const leak = (x: tf.Tensor): tf.Tensor[] => {
    const inner = tf.keep(tf.exp(x));
    leaks.push(inner);
    return [tf.neg(x)];
  };
  const owner = {};
  const traced = trace(
    (x) => {
      leaks.length = 0;
      const [y = x] = call(owner, x as tf.Tensor, leak);
      return tf.add(y as tf.Tensor, leaks[0] ?? (x as tf.Tensor));
    },
    rows,
    { library },
  );
  expect(library.definitions).toHaveLength(1);
  expect(opsOf(traced.definition)).toEqual(expect.arrayContaining(['Exp', 'Neg']));
});

test('what a called function changes is changed before it is read', () => {
  const library = new FunctionLibrary();
  const state = new TestVariable('state', tf.scalar(1));
  const owner = {};
  const traced = trace(
    (x) => {
      const before = state.read();
      call(owner, x as tf.Tensor, (given) => {
        state.assign(tf.sum(given));
        return [given];
      });
      return [tf.add(before, 0), tf.add(state.read(), 0)];
    },
    rows,
    { library },
  );
  expect(traced.writes).toEqual([state]);
  const found = runTraced(traced, library, [tf.ones([2, 3])]);
  expect(found.map((tensor) => tensor.dataSync()[0])).toEqual([1, 6]);
});

test('tracing leaves no tensor behind, and the backend as it was', () => {
  const variable = new TestVariable('v', tf.ones([3]));
  const before = tf.memory().numTensors;
  once((x) => tf.add(tf.mul(x, variable.read()), tf.zeros([x.shape[0] ?? 1, 1])));
  expect(() => once((x) => tf.mul(x, 1 / (x.shape[0] ?? 1)))).toThrow(/does not vary linearly/);
  expect(tf.memory().numTensors).toBe(before);
  expect(tf.getBackend()).toBe('cpu');
  expect(Array.from(tf.add(variable.read(), 1).dataSync())).toEqual([2, 2, 2]);
});

test('random draws are ops with the seeds of their kernels', () => {
  const attrs = { shape: [2], seed: 5, seed2: 7, skip: 0 };
  const { definition, stateful } = once((x) =>
    tf.add(x, tf.sum(tf.engine().runKernel('RandomUniform', {}, attrs) as tf.Tensor)),
  );
  const node = definition.nodeDef?.find(({ op }) => op === 'RandomUniform');
  expect(node?.attr?.seed).toEqual({ i: 5n });
  expect(node?.attr?.seed2).toEqual({ i: 7n });
  expect(stateful).toBe(true);
});
