import type { KernelInput, Numbers, TypedArrayKernel } from './typed-array-kernel.ts';

/** Name of the kernel that gives the gradient of a crop by the image. */
export const CROP_GRAD_IMAGE = 'CropAndResizeGradImage';
/** Name of the kernel that gives the gradient of a crop by the boxes. */
export const CROP_GRAD_BOXES = 'CropAndResizeGradBoxes';

/** Attributes of the gradient by the image. */
export interface CropGradImageAttrs {
  readonly imageShape: readonly number[];
  readonly method: 'bilinear' | 'nearest';
}

/** Position of a sample along one axis of the image and how it moves with the borders of the box. */
interface Sample {
  readonly lower: number;
  readonly upper: number;
  readonly nearest: number;
  /** Weight of `upper`; `lower` has the rest. */
  readonly share: number;
  readonly byFirst: number;
  readonly bySecond: number;
}

/** One sample of one crop: its place in the output, the image it is taken from, and its position there. */
interface Place {
  readonly box: number;
  readonly from: number;
  readonly image: number;
  readonly row: Sample;
  readonly column: Sample;
}

/** Finds a sample; null if it lies outside of the image. */
function sampleAt(
  index: number,
  count: number,
  length: number,
  first: number,
  second: number,
): Sample | null {
  const share = count > 1 ? index / (count - 1) : 0.5;
  const at = (first + (second - first) * share) * (length - 1);
  if (!(at >= 0 && at <= length - 1)) return null;
  const lower = Math.floor(at);
  return {
    lower,
    upper: Math.ceil(at),
    nearest: Math.round(at),
    share: at - lower,
    byFirst: (1 - share) * (length - 1),
    bySecond: share * (length - 1),
  };
}

function forEachPlace(
  crops: readonly number[],
  image: readonly number[],
  boxes: KernelInput,
  owners: KernelInput,
  visit: (place: Place) => void,
): void {
  const [, height = 0, width = 0, channels = 0] = crops;
  const [, rows = 0, columns = 0] = image;
  for (let box = 0; box < (crops[0] ?? 0); box++) {
    const [top = 0, left = 0, bottom = 0, right = 0] = boxes.values.subarray(4 * box, 4 * box + 4);
    for (let place = 0; place < height * width; place++) {
      const row = sampleAt(Math.floor(place / width), height, rows, top, bottom);
      const column = sampleAt(place % width, width, columns, left, right);
      if (row === null || column === null) continue;
      const from = (box * height * width + place) * channels;
      visit({ box, from, image: owners.values[box] ?? 0, row, column });
    }
  }
}

/** Gradient of a crop by the image. Equals TensorFlow's `CropAndResizeGradImage`. */
export const cropGradImageKernel: TypedArrayKernel<CropGradImageAttrs> = {
  kernelName: CROP_GRAD_IMAGE,
  infer: (_, { imageShape }) => [{ shape: imageShape, dtype: 'float32' }],
  compute: ({ dy, boxes, boxInd }, [result], { imageShape, method }) => {
    if (dy === undefined || boxes === undefined || boxInd === undefined || result === undefined) {
      return;
    }
    result.fill(0);
    const [, rows = 0, columns = 0, channels = 0] = imageShape;
    forEachPlace(dy.shape, imageShape, boxes, boxInd, ({ from, image, row, column }) => {
      const add = (y: number, x: number, weight: number): void => {
        const to = ((image * rows + y) * columns + x) * channels;
        addScaled(dy.values, from, weight, result, to, channels);
      };
      if (method === 'nearest') {
        add(row.nearest, column.nearest, 1);
        return;
      }
      add(row.lower, column.lower, (1 - row.share) * (1 - column.share));
      add(row.lower, column.upper, (1 - row.share) * column.share);
      add(row.upper, column.lower, row.share * (1 - column.share));
      add(row.upper, column.upper, row.share * column.share);
    });
  },
};

/** Gradient of a bilinear crop by the boxes. Equals TensorFlow's `CropAndResizeGradBoxes`. */
export const cropGradBoxesKernel: TypedArrayKernel<object> = {
  kernelName: CROP_GRAD_BOXES,
  infer: ({ boxes }) => [{ shape: boxes?.shape ?? [], dtype: 'float32' }],
  compute: ({ dy, image: pixels, boxes, boxInd }, [result]) => {
    if (dy === undefined || pixels === undefined || boxes === undefined || boxInd === undefined) {
      return;
    }
    if (result === undefined) return;
    result.fill(0);
    const [, rows = 0, columns = 0, channels = 0] = pixels.shape;
    const slope = [0, 0];
    forEachPlace(dy.shape, pixels.shape, boxes, boxInd, ({ box, from, image, row, column }) => {
      slope.fill(0);
      for (let channel = 0; channel < channels; channel++) {
        const at = (y: number, x: number): number =>
          pixels.values[((image * rows + y) * columns + x) * channels + channel] ?? 0;
        addSlopes(slope, at, row, column, dy.values[from + channel] ?? 0);
      }
      const [down = 0, across = 0] = slope;
      const moves = [
        down * row.byFirst,
        across * column.byFirst,
        down * row.bySecond,
        across * column.bySecond,
      ];
      moves.forEach((move, i) => {
        result[4 * box + i] = (result[4 * box + i] ?? 0) + move;
      });
    });
  },
};

function addSlopes(
  slope: number[],
  at: (y: number, x: number) => number,
  row: Sample,
  column: Sample,
  dy: number,
): void {
  const topLeft = at(row.lower, column.lower);
  const topRight = at(row.lower, column.upper);
  const bottomLeft = at(row.upper, column.lower);
  const bottomRight = at(row.upper, column.upper);
  const down =
    (1 - column.share) * (bottomLeft - topLeft) + column.share * (bottomRight - topRight);
  const across = (1 - row.share) * (topRight - topLeft) + row.share * (bottomRight - bottomLeft);
  slope[0] = (slope[0] ?? 0) + dy * down;
  slope[1] = (slope[1] ?? 0) + dy * across;
}

function addScaled(
  source: Numbers,
  from: number,
  scale: number,
  target: Numbers,
  to: number,
  count: number,
): void {
  for (let i = 0; i < count; i++) {
    target[to + i] = (target[to + i] ?? 0) + scale * (source[from + i] ?? 0);
  }
}
