import { assertClose } from '@km/test-utils';
import '@tensorflow/tfjs-backend-cpu';
import { layers, ready, Sequential, utils } from '../src/index.ts';

beforeAll(async () => {
  await ready('cpu');
});

class Counted extends utils.Sequence {
  readonly asked: number[] = [];
  ends: number = 0;

  override __len__(): number {
    return 3;
  }

  override async __getitem__(index: number): Promise<[number[][], number[][]]> {
    this.asked.push(index);
    return [
      [[index], [index + 1]],
      [[2 * index], [2 * index + 2]],
    ];
  }

  override on_epoch_end(): void {
    this.ends += 1;
  }
}

function model(): Sequential {
  const made = new Sequential({ layers: [new layers.Dense({ units: 1, input_shape: [1] })] });
  made.compile({ optimizer: 'sgd', loss: 'mse' });
  return made;
}

test('A sequence gives its batches in order, and hears of the end of each epoch', async () => {
  const data = new Counted();
  const { epoch } = await model().fit(data, null, { epochs: 2, shuffle: false, verbose: 0 });
  expect(epoch).toEqual([0, 1]);
  expect(data.asked).toEqual([0, 1, 2, 0, 1, 2]);
  expect(data.ends).toBe(2);
});

test('A sequence is shuffled unless told otherwise, as its seed says', async () => {
  const order = async (): Promise<number[]> => {
    utils.set_random_seed(3);
    const data = new Counted();
    await model().fit(data, null, { epochs: 4, verbose: 0 });
    return data.asked;
  };
  const asked = await order();
  expect([...asked.slice(0, 3)].sort()).toEqual([0, 1, 2]);
  expect(asked).not.toEqual([0, 1, 2, 0, 1, 2, 0, 1, 2, 0, 1, 2]);
  expect(await order()).toEqual(asked);
});

test('With steps_per_epoch each epoch of a sequence begins at its first batch', async () => {
  const data = new Counted();
  await model().fit(data, null, { epochs: 2, steps_per_epoch: 2, shuffle: false, verbose: 0 });
  expect(data.asked).toEqual([0, 1, 0, 1]);
  expect(data.ends).toBe(2);
});

test('A model predicts and evaluates a sequence', async () => {
  const made = model();
  made.set_weights([[[2]], [0]]);
  expect(await made.evaluate(new Counted(), null, { verbose: 0 })).toBeCloseTo(0, 6);
  const outputs = await made.predict(new Counted(), { verbose: 0 });
  assertClose(outputs.dataSync(), [0, 2, 2, 4, 4, 6], { rtol: 1e-6 });
});

test('to_categorical marks the class of each number', async () => {
  const marks = await utils.to_categorical([2, 0], 3);
  expect(await marks.array()).toEqual([
    [0, 0, 1],
    [1, 0, 0],
  ]);
  const column = await utils.to_categorical([[1], [0], [1]]);
  expect(column.shape).toEqual([3, 2]);
  await expect(utils.to_categorical([3], 3)).rejects.toThrow(RangeError);
});
