import '@tensorflow/tfjs-backend-cpu';
import { ready } from '../src/index.ts';
import { prove, type Subject } from './arguments/subject.ts';
import { SUBJECTS } from './arguments/subjects.ts';

beforeAll(async () => {
  await ready('cpu');
});

/** Why arguments of classes are ignored or wrong. */
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

test.each([...SUBJECTS])('no argument of %s is ignored', async (_, subjects) => {
  expect(await faults(subjects)).toEqual([]);
});

test('an argument that is ignored is found', async () => {
  const ignoring: Subject = {
    className: 'Ignoring',
    base: {},
    arguments: {
      rate: { values: [1, 2], given: {}, sameConfig: null, sameBehaviour: null },
    },
    observe: ({ rate }) =>
      new Map([
        ['config', String(rate)],
        ['outputs', 'the same'],
      ]),
  };
  expect(await faults([ignoring])).toEqual([expect.stringContaining('nothing differs')]);
});
