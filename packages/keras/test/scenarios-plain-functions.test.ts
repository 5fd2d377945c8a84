import { ready, type saved_model } from '@km/keras';
import * as tf from '@tensorflow/tfjs-core';
import { functionAt, loadPlain, member, numbers, variableAt } from './scenarios-support.ts';

beforeAll(() => ready('cpu'));

const int = (values: number | number[]): tf.Tensor =>
  typeof values === 'number' ? tf.scalar(values, 'int32') : tf.tensor1d(values, 'int32');

test('a function that captured a variable follows its changes [LoadTest.test_capture_variables]', async () => {
  const module = await loadPlain('captures');
  const run = functionAt(module, 'by_weight');
  expect(numbers(run(tf.scalar(2)))).toEqual([4]);
  variableAt(module, 'weight').assign(tf.scalar(4));
  expect(numbers(run(tf.scalar(2)))).toEqual([8]);
});

test('a function has the constant that it captured [LoadTest.test_capture_constant]', async () => {
  const run = functionAt(await loadPlain('captures'), 'by_constant');
  expect(numbers(run(tf.scalar(2)))).toEqual([4]);
});

test('a function whose only effect is an assignment still has it [LoadTest.test_control_outputs]', async () => {
  const module = await loadPlain('captures');
  functionAt(module, 'counts')();
  functionAt(module, 'counts')();
  expect(numbers(variableAt(module, 'count'))).toEqual([2]);
});

test('traces are chosen by the dtype of the argument [LoadTest.test_implicit_input_signature]', async () => {
  const run = functionAt(await loadPlain('polymorphic'), 'implicit');
  const [float, integer] = [run(tf.scalar(1.5)), run(int(2))] as tf.Tensor[];
  expect([float?.dtype, integer?.dtype]).toEqual(['float32', 'int32']);
  expect(numbers([float, integer])).toEqual([3, 4]);
  expect(() => run(tf.scalar(true, 'bool'))).toThrow('Could not find matching');
});

test('a function with a declared signature is called [LoadTest.test_explicit_input_signature]', async () => {
  const run = functionAt(await loadPlain('polymorphic'), 'explicit');
  expect(numbers(run(tf.scalar(1)))).toEqual([2]);
  expect(numbers(run([1, 2]))).toEqual([2, 4]);
});

test('a function calls another one of the file [LoadTest.test_nested_functions]', async () => {
  const module = await loadPlain('polymorphic');
  expect(numbers(functionAt(module, 'inner')(tf.scalar(3)))).toEqual([6]);
  expect(numbers(functionAt(module, 'outer')(tf.scalar(3)))).toEqual([7]);
});

test('an argument whose default is None picks a trace by what is given [LoadTest.test_function_with_default_none_input]', async () => {
  const zeros = functionAt(await loadPlain('polymorphic'), 'zeros');
  for (const values of [[1, 2, 3], [1, 2, 3, 4], [1]]) {
    const made = zeros(tf.tensor1d(values), null) as tf.Tensor;
    expect([made.dtype, made.shape]).toEqual(['float32', [values.length]]);
    expect(numbers(zeros(tf.tensor1d(values)))).toEqual(values.map(() => 0));
  }
  const made = zeros(tf.tensor1d([1, 2, 3]), { dtype: 'int32' }) as tf.Tensor;
  expect([made.dtype, made.shape]).toEqual(['int32', [3]]);
});

test('a list of integers fits a trace for tensors of any length, not of another rank [LoadTest.test_soft_matching]', async () => {
  const soft = functionAt(await loadPlain('polymorphic'), 'soft');
  expect(numbers(soft([2, 3]))).toEqual([4, 6]);
  expect(numbers(soft([4, 5, 6]))).toEqual([8, 10, 12]);
  expect(() => soft([[1]])).toThrow('Could not find matching');
  expect(soft.signatures).toHaveLength(1);
});

test('nested arguments have to match, with the numbers among them [LoadTest.test_structured_inputs]', async () => {
  const pick = functionAt(await loadPlain('structures'), 'pick');
  const given = (first: number, a: number, b: number): saved_model.StructuredInput => [
    first,
    [{ a: int(a) }, int(b)],
  ];
  expect(numbers(pick(given(6, 10, 11)))).toEqual([31]);
  expect(numbers(pick(given(6, 11, 10)))).toEqual([32]);
  expect(() => pick(given(7, 10, 11))).toThrow('Could not find matching');
});

test('results come in the structure of Python, named tuples by their fields [LoadTest.test_structured_output]', async () => {
  const pair = functionAt(await loadPlain('structures'), 'pair');
  const [named, right, dict] = pair(int(2), int(5)) as saved_model.StructuredOutput[];
  expect(numbers([member(named, 'a'), member(named, 'b'), right])).toEqual([7, 10, 5]);
  expect(numbers(member(dict, 'x'))).toEqual([0.5]);
});

test('a method keeps the number that it was traced with [LoadTest.test_member_function]', async () => {
  const add = functionAt(await loadPlain('structures'), 'member');
  expect(numbers(add(int(5)))).toEqual([12]);
  expect(numbers(add(int(7)))).toEqual([14]);
});

test('a dictionary with a key too many is refused [LoadTest.test_extra_args]', async () => {
  const run = functionAt(await loadPlain('structures'), 'extra');
  expect(numbers(run({ a: tf.scalar(3) }))).toEqual([3]);
  expect(() => run({ a: tf.scalar(3), b: tf.scalar(1) })).toThrow('Could not find matching');
});

test('gradients of a line reach its variables [LoadTest.test_basic_backprop]', async () => {
  const module = await loadPlain('backprop');
  const [weight, bias] = [variableAt(module, 'weight'), variableAt(module, 'bias')];
  const slopes = tf.grads(() => functionAt(module, 'line')(tf.scalar(3.5)) as tf.Tensor);
  expect(numbers(slopes([weight.read(), bias.read()]))).toEqual([3.5, 1]);
});

test('gradients pass through a function that calls another one [LoadTest.test_nested_backprop]', async () => {
  const module = await loadPlain('backprop');
  const [weight, bias] = [variableAt(module, 'weight'), variableAt(module, 'bias')];
  const slopes = tf.grads(() => functionAt(module, 'nested')(tf.scalar(1)) as tf.Tensor);
  // d/dw (w (w + b) + b) = 2 w + b, d/db = w + 1.
  expect(numbers(slopes([weight.read(), bias.read()]))).toEqual([8, 4]);
});

test('gradients pass through a concrete function [LoadTest.test_concrete_function_backprop]', async () => {
  const square = (await loadPlain('backprop')) as unknown as {
    readonly square: saved_model.LoadedSignature;
  };
  const slope = tf.grad((x) => Object.values(square.square(x))[0] as tf.Tensor);
  expect(numbers(slope(tf.scalar(1)))).toEqual([2]);
});

test('a concrete function takes its arguments by name [LoadTest.test_concrete_function_arg_names]', async () => {
  const twice = member(await loadPlain('backprop'), 'twice') as saved_model.LoadedSignature;
  expect(numbers(twice({ x: int([1, 2, 3]) }))).toEqual([2, 4, 6]);
});

test('a concrete function uses the variable that was loaded with it [LoadTest.test_concrete_function_captures]', async () => {
  const [module, other] = [await loadPlain('backprop'), await loadPlain('backprop')];
  variableAt(module, 'weight').assign(tf.scalar(10));
  const run = (of: unknown): number[] =>
    numbers((member(of, 'captured') as saved_model.LoadedSignature)(tf.scalar(2)));
  expect([run(module), run(other)]).toEqual([[20], [6]]);
});

test('objects with a call function have it under its name, attached or of their class [LoadTest.test_callable]', async () => {
  const module = await loadPlain('callables');
  for (const [path, expected] of [
    ['__call__', 4],
    ['part.__call__', 4],
    ['attached.__call__', 6],
  ] as const) {
    expect(numbers(functionAt(module, path)(tf.scalar(3)))).toEqual([expected]);
  }
});

test('a trace is picked by a flag and by a spec, or none [LoadTest.test_get_concrete_function]', async () => {
  const scaled = functionAt(await loadPlain('selection'), 'scaled');
  expect(numbers(scaled(int([1, 2]), true))).toEqual([2, 4]);
  expect(numbers(scaled(tf.tensor1d([1, 2])))).toEqual([3, 6]);
  const picked = scaled.get_concrete_function(tf.tensor1d([1, 2]), { training: false });
  expect(picked).toBe(scaled.get_concrete_function(tf.tensor1d([1])));
  expect(scaled.get_concrete_function(int([1]), true)).not.toBe(picked);
  expect(() => scaled.get_concrete_function(int([1]), false)).toThrow('Could not find matching');
});

test('arguments by position, by name and left out mean the same trace [LoadTest.test_canonicalize_inputs]', async () => {
  const run = functionAt(await loadPlain('selection'), 'defaults');
  expect(numbers(run())).toEqual([1, 2, 3, 1]);
  for (const made of [
    run(3, 4, 3, false),
    run(3, { b: 4, training: false }),
    run({ a: 3, b: 4, c: 3, training: false }),
  ]) {
    expect(numbers(made)).toEqual([3, 4, 3, 0]);
  }
  expect(numbers(run(int(5)))).toEqual([5, 2, 3, 1]);
  expect(numbers(run({ a: int(6), c: 3 }))).toEqual([6, 2, 3, 1]);
});

test('a trace for one number comes before that for all tensors [LoadTest.test_prefer_specific_trace]', async () => {
  const run = functionAt(await loadPlain('selection'), 'specific');
  expect(numbers(run(2))).toEqual([20]);
  expect(numbers(run(4))).toEqual([5]);
  expect(numbers(run(int(2)))).toEqual([3]);
});

test('the shapes of arguments and results are known [LoadTest.test_shapes_available]', async () => {
  const joined = functionAt(await loadPlain('selection'), 'joined');
  const trace = joined.get_concrete_function(tf.zeros([1, 3], 'int32'), tf.zeros([1, 2], 'int32'));
  const { inputSignature, outputSignature } = trace.concrete;
  expect(JSON.stringify(inputSignature)).toMatch(/\[null,3\].*\[null,2\]/);
  expect(outputSignature).toMatchObject({ kind: 'tensorSpec', shape: [null, 5] });
});

test('a function is called by an operation of its name, as older files do [LoadTest.test_function_called_as_operation]', async () => {
  const legacy = functionAt(await loadPlain('polymorphic'), 'legacy');
  expect(numbers(legacy(tf.scalar(2)))).toEqual([3]);
});
