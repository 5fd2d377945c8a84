import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import '@tensorflow/tfjs-backend-wasm';
import { ready } from '../src/engine/ready.ts';
import * as layers from '../src/layers/index.ts';

const SIZE = [2, 4, 5, 3] as const;
const images = (): tf.Tensor => tf.reshape(tf.range(0, 120), [...SIZE]);

const MAKERS: readonly (readonly [string, () => layers.Layer])[] = [
  ['RandomFlip', () => new layers.RandomFlip({ seed: 3 })],
  ['RandomRotation', () => new layers.RandomRotation({ factor: 0.3, seed: 3 })],
  ['RandomTranslation', () => translation()],
  ['RandomZoom', () => new layers.RandomZoom({ height_factor: 0.4, seed: 3 })],
  ['RandomContrast', () => new layers.RandomContrast({ factor: 0.5, seed: 3 })],
  ['RandomBrightness', () => new layers.RandomBrightness({ factor: 0.5, seed: 3 })],
];

function translation(): layers.Layer {
  return new layers.RandomTranslation({ height_factor: 0.3, width_factor: 0.3, seed: 3 });
}

/** Shape, some values and the mean of an output. */
type Draw = readonly [number[], number[], number];

/** What TensorFlow 2.15.1 gives for two calls in training with the images of these tests. */
const DRAWS: readonly (readonly [string, Record<string, unknown>, Draw[]])[] = [
  [
    'RandomFlip',
    { seed: 3 },
    [
      [[2, 4, 5, 3], [57, 52, 74], 59.5],
      [[2, 4, 5, 3], [57, 52, 119], 59.5],
    ],
  ],
  [
    'RandomRotation',
    { factor: 0.3, seed: 3 },
    [
      [[2, 4, 5, 3], [45.475, 20.947, 118.36], 59.5],
      [[2, 4, 5, 3], [28.32, 10.587, 110.048], 59.5],
    ],
  ],
  [
    'RandomTranslation',
    { height_factor: 0.3, width_factor: 0.3, seed: 3 },
    [
      [[2, 4, 5, 3], [15.146, 22.146, 114.567], 63.521],
      [[2, 4, 5, 3], [20.551, 27.551, 117.773], 66.609],
    ],
  ],
  [
    'RandomZoom',
    { height_factor: 0.4, seed: 3 },
    [
      [[2, 4, 5, 3], [8.384, 13.619, 119], 59.5],
      [[2, 4, 5, 3], [4.834, 10.817, 119], 59.5],
    ],
  ],
  [
    'RandomContrast',
    { factor: 0.5, seed: 3 },
    [
      [[2, 4, 5, 3], [0, 1.105, 126.467], 59.729],
      [[2, 4, 5, 3], [0, 5.391, 121.038], 59.526],
    ],
  ],
  [
    'RandomBrightness',
    { factor: 0.5, seed: 3 },
    [
      [[2, 4, 5, 3], [0, 0, 127.877], 49.188],
      [[2, 4, 5, 3], [0, 0, 209.083], 89.914],
    ],
  ],
  [
    'RandomCrop',
    { height: 2, width: 2, seed: 3 },
    [
      [[2, 2, 2, 3], [6, 22, 86], 46],
      [[2, 2, 2, 3], [18, 34, 98], 58],
    ],
  ],
  [
    'RandomHeight',
    { factor: 0.5, seed: 3 },
    [
      [[2, 2, 5, 3], [7.5, 14.5, 111.5], 59.5],
      [[2, 5, 5, 3], [0, 7, 119], 59.5],
    ],
  ],
  [
    'RandomWidth',
    { factor: 0.5, seed: 3 },
    [
      [[2, 4, 3, 3], [1, 12, 118], 59.5],
      [[2, 4, 7, 3], [0, 4.857, 119], 59.5],
    ],
  ],
  [
    'RandomFlip',
    { mode: 'horizontal', seed: 2 ** 40 + 5 },
    [
      [[2, 4, 5, 3], [12, 7, 119], 59.5],
      [[2, 4, 5, 3], [12, 7, 107], 59.5],
    ],
  ],
  [
    'RandomBrightness',
    { factor: 0.5, seed: -7 },
    [
      [[2, 4, 5, 3], [0, 0, 146.884], 69.574],
      [[2, 4, 5, 3], [34.373, 41.373, 109.216], 71.794],
    ],
  ],
];

describe.each(['cpu', 'wasm'])('on %s', (backend) => {
  beforeAll(async () => {
    await ready(backend);
  });

  test.each(MAKERS)('%s changes images in training only', (_, make) => {
    tf.tidy(() => {
      const layer = make();
      const x = images();
      const trained = layer.apply(x, { training: true });
      expect(trained.shape).toEqual(x.shape);
      expect([...trained.dataSync()]).not.toEqual([...x.dataSync()]);
      expect([...layer.apply(x, { training: false }).dataSync()]).toEqual([...x.dataSync()]);
    });
  });

  test.each(MAKERS)(
    '%s repeats itself with a seed, after its config went to and fro',
    (_, make) => {
      tf.tidy(() => {
        const [first, second] = [make(), layers.deserialize(layers.serialize(make()))];
        for (let draw = 0; draw < 2; draw++) {
          const [a, b] = [first, second].map((layer) => layer.apply(images(), { training: true }));
          expect([...(a?.dataSync() ?? [])]).toEqual([...(b?.dataSync() ?? [])]);
        }
      });
    },
  );

  test.each(DRAWS)('%s with %j draws what TensorFlow draws', (class_name, config, draws) => {
    tf.tidy(() => {
      const layer = layers.deserialize({ class_name, config });
      for (const [shape, values, mean] of draws) {
        const found = layer.apply(images(), { training: true });
        const all = found.dataSync();
        expect(found.shape).toEqual(shape);
        [all[0], all[7], all[all.length - 1]].forEach((value, i) => {
          expect(value).toBeCloseTo(values[i] ?? Number.NaN, 2);
        });
        expect(tf.mean(found).dataSync()[0]).toBeCloseTo(mean, 2);
      }
    });
  });

  test('a rotation by full turns changes nothing', () => {
    tf.tidy(() => {
      const layer = new layers.RandomRotation({ factor: [1, 1] });
      const found = layer.apply(images(), { training: true }).dataSync();
      images()
        .dataSync()
        .forEach((value, i) => {
          expect(found[i]).toBeCloseTo(value, 2);
        });
    });
  });

  test('crops keep their size in training and take the middle of resized images otherwise', () => {
    tf.tidy(() => {
      const layer = new layers.RandomCrop({ height: 2, width: 2 });
      expect(layer.apply(images(), { training: true }).shape).toEqual([2, 2, 2, 3]);
      expect(layer.apply(images(), { training: false }).shape).toEqual([2, 2, 2, 3]);
    });
  });

  test('sizes change within their range', () => {
    tf.tidy(() => {
      const layer = new layers.RandomHeight({ factor: [0.5, 1] });
      const [, height = 0] = layer.apply(images(), { training: true }).shape;
      expect(height).toBeGreaterThanOrEqual(6);
      expect(height).toBeLessThanOrEqual(8);
    });
  });
});

test('a factor that is no range is an error', () => {
  expect(() => new layers.RandomContrast({ factor: 2 })).toThrow(RangeError);
  expect(() => new layers.RandomRotation({ factor: [2, 1] })).toThrow(/factor/);
});
