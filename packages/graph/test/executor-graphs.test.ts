import { gunzipSync } from 'node:zlib';
import { expect, test } from '@jest/globals';
import { type GraphDType, GraphExecutor, recordOfValue } from '@km/graph';
import { decodeProto } from '@km/proto';
import { GraphDef } from '@km/proto/saved-model';
import { readFixture } from '@km/test-utils';
import * as tf from '@tensorflow/tfjs-core';
import { arrayOf, inputOf, numbersOf, type Recorded, useBackend } from './executor-cases.ts';

interface GraphCase {
  readonly name: string;
  readonly graph: string;
  readonly initializer: string;
  readonly feeds: readonly { readonly name: string; readonly dtype: GraphDType }[];
  readonly fetches: readonly string[];
  readonly runs: readonly {
    readonly inputs: readonly Recorded[];
    readonly outputs: readonly Recorded[];
  }[];
}

const cases: readonly GraphCase[] = JSON.parse(
  new TextDecoder().decode(gunzipSync(readFixture('functions/graphs.json.gz'))),
);

test.each(cases.map((found): [string, GraphCase] => [found.name, found]))(
  'a graph of TensorFlow 1 runs as in a session: %s',
  async (_, found) => {
    await useBackend('cpu');
    const { node } = decodeProto(GraphDef, Buffer.from(found.graph, 'base64'));
    const executor = new GraphExecutor({ get: () => undefined });
    executor.graph(node, { feeds: [], fetches: [], targets: [found.initializer] }).run([]);
    const main = executor.graph(node, { feeds: found.feeds, fetches: found.fetches });
    for (const { inputs, outputs } of found.runs) {
      tf.tidy(() => {
        const values = main.run(inputs.map(inputOf));
        for (const [i, recorded] of outputs.entries()) {
          const value = values[i];
          if (value === undefined) throw new Error('an output is missing');
          const actual = recordOfValue(value, main.outputs[i]?.dtype ?? 'unknown');
          expect([...actual.shape]).toEqual([...recorded.shape]);
          const wanted = numbersOf(arrayOf(recorded));
          const differences = numbersOf(actual).map((x, k) => Math.abs(x - (wanted[k] ?? 0)));
          expect(Math.max(...differences)).toBeLessThan(2e-5);
        }
      });
    }
  },
);

test('gradients flow through the loops of TensorFlow 1', async () => {
  await useBackend('cpu');
  const found = cases.find(({ name }) => name === 'slope of a loop');
  if (found === undefined) throw new Error('the case is missing');
  const { node } = decodeProto(GraphDef, Buffer.from(found.graph, 'base64'));
  const executor = new GraphExecutor({ get: () => undefined });
  const [fetch = ''] = found.fetches;
  const main = executor.graph(node, { feeds: found.feeds, fetches: [fetch] });
  const run = found.runs[0];
  const slope = tf.grad((x) => main.run([x])[0] as tf.Tensor)(tf.scalar(0.7));
  const wanted = run?.outputs[1];
  if (wanted === undefined) throw new Error('the slope is missing');
  expect(slope.dataSync()[0]).toBeCloseTo(numbersOf(arrayOf(wanted))[0] ?? Number.NaN, 4);
});
