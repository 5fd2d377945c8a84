import { isKmError } from '@km/core';
import type { FunctionDef } from '@km/proto/saved-model';
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import {
  type CalledFunction,
  ChangedArguments,
  FunctionLibrary,
  type FunctionOrigin,
  registerMetaBackend,
  trace,
  tracedCall,
} from '../src/index.ts';
import { callNode, FLOAT, functionDef, node } from './graph-builder.ts';
import { runTraced } from './tracer-support.ts';

beforeAll(async () => {
  registerMetaBackend();
  await tf.setBackend('cpu');
});

const RESOURCE = 20;

function origin(
  definitions: readonly FunctionDef[],
  gradients: FunctionOrigin['gradients'] = new Map(),
): FunctionOrigin {
  const byName = new Map(definitions.map((each) => [each.signature?.name ?? '', each]));
  return { names: [...byName.keys()], get: (name) => byName.get(name), gradients };
}

/** A function that multiplies by itself, or adds. */
function unary(name: string, op: string): FunctionDef {
  return functionDef(name, {
    args: { x: FLOAT },
    nodes: [node('y', op, ['x', 'x'], { T: FLOAT })],
    returns: { out: 'y:z:0' },
  });
}

function caller(name: string, callee: string): FunctionDef {
  return functionDef(name, {
    args: { x: FLOAT },
    nodes: [callNode('y', callee, ['x'])],
    returns: { out: 'y:output:0' },
  });
}

function namesOf(library: FunctionLibrary): (string | null | undefined)[] {
  return library.definitions.map(({ signature }) => signature?.name);
}

test('functions come with those that they call, in the order of their graph', () => {
  const library = new FunctionLibrary();
  const from = origin([
    unary('unused_1', 'Mul'),
    unary('inner_2', 'Mul'),
    caller('outer_3', 'inner_2'),
  ]);
  library.adopted.adopt(from, ['outer_3']);
  library.adopted.adopt(from, ['inner_2']);
  expect(namesOf(library)).toEqual(['inner_2', 'outer_3']);
});

test('a name that is taken is replaced, also where the function is called', () => {
  const library = new FunctionLibrary();
  library.adopted.adopt(origin([unary('inner_2', 'AddV2')]), ['inner_2']);
  const { functions } = library.adopted.adopt(
    origin([unary('inner_2', 'Mul'), caller('outer_3', 'inner_2')]),
    ['outer_3'],
  );
  expect(functions.get('outer_3')).toBe('outer_3');
  const renamed = functions.get('inner_2') ?? '';
  expect(renamed).toMatch(/^inner_\d+$/);
  expect(renamed).not.toBe('inner_2');
  const outer = library.definition('outer_3')?.nodeDef?.[0];
  expect(outer?.attr?.f?.func?.name).toBe(renamed);
  expect(library.definition(renamed)?.nodeDef?.[0]?.op).toBe('Mul');
});

test('no function that is traced takes the name of one that was taken over', () => {
  const library = new FunctionLibrary();
  library.adopted.adopt(origin([unary('mine_0', 'Mul')]), ['mine_0']);
  const { name } = trace((x) => tf.neg(x), [{ shape: [2], dtype: 'float32' }], {
    name: 'mine',
    library,
  });
  expect(name).toBe('mine_1');
});

test('gradients of nodes come with the functions that compute them', () => {
  const text = new TextEncoder().encode('CustomGradient-7');
  const own = functionDef('own_1', {
    args: { x: FLOAT },
    nodes: [
      node('y', 'IdentityN', ['x'], {
        T: { list: { type: [FLOAT] } },
        _gradient_op_type: { s: text },
      }),
    ],
    returns: { out: 'y:output:0' },
  });
  const from = (): FunctionOrigin =>
    origin([own, unary('grad_2', 'Mul')], new Map([['CustomGradient-7', 'grad_2']]));
  const library = new FunctionLibrary();
  library.adopted.adopt(from(), ['own_1']);
  library.adopted.adopt(from(), ['own_1']);
  const [first, second] = library.adopted.gradients;
  expect(first).toEqual({ registeredOpType: 'CustomGradient-7', gradientFunc: 'grad_2' });
  expect(second?.registeredOpType).toBe('CustomGradient-7_1');
  const attrs = library.definitions.flatMap(({ nodeDef = [] }) =>
    nodeDef.flatMap(({ attr }) => attr?._gradient_op_type?.s ?? []),
  );
  expect(attrs.map((bytes) => new TextDecoder().decode(bytes))).toEqual([
    'CustomGradient-7',
    'CustomGradient-7_1',
  ]);
});

test('a function that is missing is damage', () => {
  const adopt = (): unknown =>
    new FunctionLibrary().adopted.adopt(origin([caller('outer_3', 'nowhere')]), ['outer_3']);
  try {
    adopt();
  } catch (error) {
    expect(isKmError(error, 'KM_MALFORMED')).toBe(true);
  }
  expect(adopt).toThrow(/nowhere/);
});

test('functions that call each other are taken over once', () => {
  const library = new FunctionLibrary();
  const from = origin([caller('a_1', 'b_2'), caller('b_2', 'a_1')]);
  library.adopted.adopt(from, ['a_1']);
  expect(namesOf(library)).toEqual(['a_1', 'b_2']);
  expect([...new ChangedArguments(from).of('a_1')]).toEqual([]);
});

test('a traced function calls one that is given, in the types that it takes', () => {
  const library = new FunctionLibrary();
  const from = origin([unary('square_5', 'Mul')]);
  const called: CalledFunction = {
    name: 'square_5',
    inputs: [{ dtype: 'float32' }],
    outputs: [{ dtype: 'float32' }],
    captures: [],
    stateful: false,
    writes: [],
  };
  const traced = trace(
    (x) =>
      tracedCall(
        {
          owner: from,
          key: 'square',
          name: 'square',
          inputNames: ['x'],
          run: ([given = x]) => [tf.zerosLike(given)],
          given: (into) => {
            into.adopted.adopt(from, ['square_5']);
            return called;
          },
        },
        [x],
      ) ?? x,
    [{ shape: [null], dtype: 'int32' }],
    { library },
  );
  expect(traced.definition.nodeDef?.map(({ op }) => op)).toContain('Cast');
  const [result] = runTraced(traced, library, [tf.tensor1d([1, 2, 3], 'int32')]);
  expect([...(result?.dataSync() ?? [])]).toEqual([1, 4, 9]);
});

test('arguments that a call changes are found through calls', () => {
  const writing = functionDef('write_1', {
    args: { value: FLOAT, kept: RESOURCE, changed: RESOURCE },
    nodes: [
      node('read', 'ReadVariableOp', ['kept'], { dtype: FLOAT }),
      node('assign', 'AssignVariableOp', ['changed', 'value'], { dtype: FLOAT }),
    ],
    returns: { out: 'read:value:0' },
  });
  const outer = functionDef('outer_2', {
    args: { changed: RESOURCE, kept: RESOURCE, value: FLOAT },
    nodes: [callNode('y', 'write_1', ['value', 'kept', 'changed'])],
    returns: { out: 'y:output:0' },
  });
  const changes = new ChangedArguments(origin([writing, outer]));
  expect([...changes.of('write_1')]).toEqual([2]);
  expect([...changes.of('outer_2')]).toEqual([0]);
});
