import { MalformedError } from '@km/core';
import { HostTensor } from '../executor/host-tensor.ts';
import type { OpBuilder, OpFamily } from '../executor/op-node.ts';
import { hostScalar, hostVector, numberOf, onHost, type Value } from '../executor/values.ts';
import { inputAt } from './define.ts';

type Box = readonly [number, number, number, number];

interface Limits {
  readonly most: number;
  readonly overlap: number;
  readonly score: number;
  /** Above zero, overlapping boxes lose score instead of being dropped. */
  readonly sigma: number;
}

interface Chosen {
  readonly index: number;
  readonly score: number;
}

function numbersOf(value: Value): number[] {
  return Array.from(onHost(value, 'float32').data, Number);
}

function boxesOf(numbers: readonly number[]): Box[] {
  return Array.from({ length: numbers.length / 4 }, (_, i): Box => {
    const [y1 = 0, x1 = 0, y2 = 0, x2 = 0] = numbers.slice(4 * i, 4 * i + 4);
    return [Math.min(y1, y2), Math.min(x1, x2), Math.max(y1, y2), Math.max(x1, x2)];
  });
}

/** Share of two boxes' union that lies in both. */
function overlapOf(a: Box, b: Box): number {
  const area = ([y1, x1, y2, x2]: Box): number => (y2 - y1) * (x2 - x1);
  const height = Math.min(a[2], b[2]) - Math.max(a[0], b[0]);
  const width = Math.min(a[3], b[3]) - Math.max(a[1], b[1]);
  if (area(a) <= 0 || area(b) <= 0 || height <= 0 || width <= 0) return 0;
  const inner = height * width;
  return inner / (area(a) + area(b) - inner);
}

/** Picks the best boxes of those that overlap, as TensorFlow's `NonMaxSuppressionV5` does. */
function suppress(boxes: readonly Box[], scores: readonly number[], limits: Limits): Chosen[] {
  const candidates = scores
    .map((score, index) => ({ score, index, seen: 0 }))
    .filter(({ score }) => score > limits.score);
  const chosen: Chosen[] = [];
  while (chosen.length < limits.most && candidates.length > 0) {
    candidates.sort((a, b) => b.score - a.score || a.index - b.index);
    const best = candidates.shift();
    if (best === undefined) break;
    const before = best.score;
    const survives = weaken(best, chosen, boxes, limits);
    if (!survives) continue;
    if (best.score === before) chosen.push({ index: best.index, score: best.score });
    else if (best.score > limits.score) candidates.push(best);
  }
  return chosen;
}

/** Share of its score that a box keeps beside one that it overlaps. */
function weightOf(overlap: number, most: number, sigma: number): number {
  if (sigma > 0) return Math.exp((-0.5 / sigma) * overlap * overlap);
  return overlap > most ? 0 : 1;
}

/** Compares a candidate with the boxes chosen since it was last looked at; false when it is dropped. */
function weaken(
  candidate: { score: number; readonly index: number; seen: number },
  chosen: readonly Chosen[],
  boxes: readonly Box[],
  { overlap: most, sigma, score: least }: Limits,
): boolean {
  const own = boxes[candidate.index];
  for (let i = chosen.length - 1; i >= candidate.seen; i--) {
    const other = boxes[chosen[i]?.index ?? -1];
    if (own === undefined || other === undefined) break;
    const overlap = overlapOf(own, other);
    if (overlap > most && sigma === 0) return false;
    candidate.score *= weightOf(overlap, most, sigma);
    if (candidate.score <= least) break;
  }
  candidate.seen = chosen.length;
  return true;
}

const suppression: OpBuilder = (node) => {
  const version = /V(\d)$/.exec(node.op)?.[1] ?? '1';
  const fixed = version === '1' ? node.attrs.float('iou_threshold') : 0;
  const pads = (version === '4' || version === '5') && node.attrs.bool('pad_to_max_output_size');
  return (inputs) => {
    const optional = (index: number, fallback: number): number =>
      inputs[index] === undefined ? fallback : numberOf(inputs[index]);
    const limits = {
      most: Math.max(0, numberOf(inputAt(inputs, 2))),
      overlap: version === '1' ? fixed : optional(3, 0.5),
      score:
        Number(version) >= 3 ? optional(4, Number.NEGATIVE_INFINITY) : Number.NEGATIVE_INFINITY,
      sigma: version === '5' ? optional(5, 0) : 0,
    };
    const boxes = boxesOf(numbersOf(inputAt(inputs, 0)));
    const scores = numbersOf(inputAt(inputs, 1));
    if (boxes.length !== scores.length)
      throw new MalformedError(`${boxes.length} boxes have ${scores.length} scores.`);
    const chosen = suppress(boxes, scores, limits);
    const padded = pads ? limits.most : chosen.length;
    const fill = (values: readonly number[]): number[] =>
      Array.from({ length: padded }, (_, i) => values[i] ?? 0);
    const indices = hostVector(fill(chosen.map(({ index }) => index)));
    if (Number(version) < 4) return indices;
    const count = hostScalar(chosen.length);
    if (version === '4') return [indices, count];
    return [indices, hostVector(fill(chosen.map(({ score }) => score)), 'float32'), count];
  };
};

/** Picks boxes class by class and keeps the best of all classes. */
const combined: OpBuilder = ({ attrs }) => {
  const padsPerClass = attrs.bool('pad_per_class');
  const clips = attrs.bool('clip_boxes');
  return (inputs) => {
    const boxes = onHost(inputAt(inputs, 0), 'float32');
    const scores = onHost(inputAt(inputs, 1), 'float32');
    const [perClass = 0, total = 0, overlap = 0, score = 0] = inputs.slice(2).map(numberOf);
    const [batch = 0, count = 0, groups = 1] = boxes.shape;
    const classes = scores.shape[2] ?? 0;
    const size = padsPerClass ? Math.min(total, perClass * classes) : total;
    const rows = Array.from({ length: batch }, (_, image) => {
      const found = Array.from({ length: classes }, (_unused, c) => {
        const own = boxesAt(boxes, image, groups === 1 ? 0 : c);
        const ownScores = Array.from({ length: count }, (_u, i) =>
          Number(scores.data[(image * count + i) * classes + c]),
        );
        const limits = { most: perClass, overlap, score, sigma: 0 };
        return suppress(own, ownScores, limits).map((chosen) => ({
          ...chosen,
          class: c,
          box: own[chosen.index],
        }));
      }).flat();
      return found.sort((a, b) => b.score - a.score).slice(0, size);
    });
    const clip = (x: number): number => (clips ? Math.min(Math.max(x, 0), 1) : x);
    const spread = <T>(
      pick: (chosen: (typeof rows)[number][number] | undefined) => readonly T[],
    ): T[] => rows.flatMap((row) => Array.from({ length: size }, (_, i) => pick(row[i])).flat());
    return [
      new HostTensor(
        'float32',
        [batch, size, 4],
        spread((chosen) => (chosen?.box ?? [0, 0, 0, 0]).map(clip)),
      ),
      new HostTensor(
        'float32',
        [batch, size],
        spread((chosen) => [chosen?.score ?? 0]),
      ),
      new HostTensor(
        'float32',
        [batch, size],
        spread((chosen) => [chosen?.class ?? 0]),
      ),
      hostVector(rows.map((row) => row.length)),
    ];
  };
};

function boxesAt(boxes: HostTensor, image: number, group: number): Box[] {
  const [, count = 0, groups = 1] = boxes.shape;
  const numbers = Array.from({ length: count }, (_, i) => {
    const at = ((image * count + i) * groups + group) * 4;
    return [0, 1, 2, 3].map((k) => Number(boxes.data[at + k]));
  });
  return boxesOf(numbers.flat());
}

/** Ops that choose among boxes. */
export const boxOps: OpFamily = {
  NonMaxSuppression: suppression,
  NonMaxSuppressionV2: suppression,
  NonMaxSuppressionV3: suppression,
  NonMaxSuppressionV4: suppression,
  NonMaxSuppressionV5: suppression,
  CombinedNonMaxSuppression: combined,
};
