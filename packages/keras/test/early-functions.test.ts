import type { AttrValue, FunctionDef, NodeDef } from '@km/proto/saved-model';
import { earlyFunction } from '../src/save/saved-model/early-functions.ts';

const SIGNATURE = { name: 'drawn', inputArg: [{ name: 'seed' }, { name: 'shape' }] };
const SEED = 'Random/StatelessRandomGetKeyCounter';

function node(name: string, op: string, input: readonly string[] = [], attr = {}) {
  return { name, op, input: [...input], attr } satisfies NodeDef.$Properties;
}

function drawing(keyOp: string, algorithm: string): FunctionDef.$Properties {
  return {
    signature: SIGNATURE,
    nodeDef: [
      node(SEED, keyOp, ['seed'], { Tseed: { type: 3 } }),
      node('alg', 'Const'),
      node('Random', 'StatelessRandomUniformV2', [
        'shape',
        `${SEED}:key:0`,
        `${SEED}:counter:0`,
        algorithm,
      ]),
      node('given', 'StatelessRandomNormalV2', ['shape', 'key', 'counter', 'alg:output:0']),
    ],
  };
}

test('seeds are taken by the op that TensorFlow 2.4 knows, and the algorithm with them', () => {
  const later = drawing('StatelessRandomGetKeyCounter', 'alg:output:0');
  Object.assign(later.nodeDef?.[0]?.attr ?? {}, { _output_shapes: { list: {} } });
  const written = earlyFunction(later);
  expect(written).toEqual(drawing('StatelessRandomGetKeyCounterAlg', `${SEED}:alg:0`));
  expect(earlyFunction(written)).toBe(written);
});

test('attributes that TensorFlow 2.4 does not know are left out where they change nothing', () => {
  const yes: AttrValue.$Properties = { b: true };
  const type: AttrValue.$Properties = { type: 1 };
  const given = (later: Record<string, AttrValue.$Properties>): FunctionDef.$Properties => ({
    signature: SIGNATURE,
    nodeDef: [
      node('assign', 'AssignVariableOp', ['handle', 'value'], { dtype: type, ...later }),
      node('own', 'Custom>AssignVariableOp', ['handle', 'value'], { validate_shape: yes }),
    ],
  });
  expect(earlyFunction(given({ validate_shape: yes }))).toEqual(given({}));
  const early = given({});
  expect(earlyFunction(early)).toBe(early);
});
