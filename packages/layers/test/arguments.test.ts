import '@tensorflow/tfjs-backend-cpu';
import { ready } from '../src/index.ts';
import { KERNEL_LAYERS } from './arguments/kernel-layers.ts';
import { PLAIN_LAYERS } from './arguments/plain-layers.ts';
import { PREPROCESSING_LAYERS } from './arguments/preprocessing-layers.ts';
import { RECURRENT_LAYERS } from './arguments/recurrent-layers.ts';
import { prove, type Subject } from './arguments/subject.ts';

beforeAll(async () => {
  await ready('cpu');
});

/** Why arguments of a class are ignored or wrong. */
async function faults(subjects: readonly Subject[]): Promise<string[]> {
  const found: string[] = [];
  for (const subject of subjects) {
    for (const name of Object.keys(subject.arguments)) {
      try {
        await prove(subject, name);
      } catch (error) {
        found.push(`${subject.className}.${name}: ${String(error)}`);
      }
    }
  }
  return found;
}

test.each([
  ['layers with kernels', KERNEL_LAYERS],
  ['recurrent layers and wrappers', RECURRENT_LAYERS],
  ['layers without kernels', PLAIN_LAYERS],
  ['layers that prepare data', PREPROCESSING_LAYERS],
])('no argument of %s is ignored', async (_, subjects) => {
  expect(await faults(subjects)).toEqual([]);
});
