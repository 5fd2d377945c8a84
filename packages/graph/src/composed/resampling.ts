/** Filters that interpolate between pixels, by the names of `tf.image.ResizeMethod`. */
export type ResizeMethod =
  | 'bilinear'
  | 'nearest'
  | 'bicubic'
  | 'area'
  | 'lanczos3'
  | 'lanczos5'
  | 'gaussian'
  | 'mitchellcubic';

/** How one pixel of the output is weighted from neighbouring pixels of the input. */
export interface Span {
  readonly start: number;
  readonly weights: readonly number[];
}

/** Where the pixels of the output lie on the input; `half_pixel` is what TensorFlow 2 uses. */
export type PixelGrid = 'half_pixel' | 'align_corners' | 'corner';

interface Filter {
  readonly radius: number;
  readonly at: (distance: number) => number;
}

const BICUBIC_STEPS = 1024;
const KEYS_A = -0.5;
/** Parameter of the cubic that TensorFlow 1 resized with. */
const LEGACY_A = -0.75;
const SMALLEST_SUM = 1000 * 1.1754943508222875e-38;

/**
 * Computes the weights along one axis.
 *
 * @param antialias Widens the filter when the image shrinks; `nearest` and `area` have no such form.
 */
export function spansOf(
  method: ResizeMethod,
  input: number,
  output: number,
  antialias: boolean,
  grid: PixelGrid = 'half_pixel',
): Span[] {
  const places = Array.from({ length: output }, (_, i) => i);
  if (method === 'area') return places.map((i) => areaSpan(i, input, output));
  if (method === 'nearest') return places.map((i) => nearestSpan(i, input, output, grid));
  if (method === 'bilinear' && !antialias) {
    return places.map((i) => linearSpan(i, input, output, grid));
  }
  if (method === 'bicubic' && !antialias) {
    return places.map((i) =>
      grid === 'half_pixel' ? cubicSpan(i, input, output) : legacyCubicSpan(i, input, output, grid),
    );
  }
  const filter = FILTERS[method];
  return places.map((i) => filteredSpan(i, input, output, filter, antialias));
}

const lanczos = (radius: number): Filter => ({
  radius,
  at: (x) => {
    if (x > radius) return 0;
    if (x <= 1e-3) return 1;
    return (radius * Math.sin(Math.PI * x) * Math.sin((Math.PI * x) / radius)) / (Math.PI * x) ** 2;
  },
});

const GAUSSIAN_RADIUS = 1.5;
const GAUSSIAN_SIGMA = GAUSSIAN_RADIUS / 3;

function keysCubic(x: number): number {
  if (x >= 2) return 0;
  return x >= 1 ? ((-0.5 * x + 2.5) * x - 4) * x + 2 : (1.5 * x - 2.5) * x * x + 1;
}

function mitchellCubic(x: number): number {
  if (x >= 2) return 0;
  if (x >= 1) return (((-7 / 18) * x + 2) * x - 10 / 3) * x + 16 / 9;
  return ((7 / 6) * x - 2) * x * x + 8 / 9;
}

/** The filters of TensorFlow's `ScaleAndTranslate`. */
const FILTERS: Readonly<Record<Exclude<ResizeMethod, 'area' | 'nearest'>, Filter>> = {
  bilinear: { radius: 1, at: (x) => Math.max(1 - x, 0) },
  bicubic: { radius: 2, at: keysCubic },
  lanczos3: lanczos(3),
  lanczos5: lanczos(5),
  gaussian: {
    radius: GAUSSIAN_RADIUS,
    at: (x) => (x >= GAUSSIAN_RADIUS ? 0 : Math.exp((-x * x) / (2 * GAUSSIAN_SIGMA ** 2))),
  },
  mitchellcubic: { radius: 2, at: mitchellCubic },
};

/** Position of an output pixel on the input. */
function position(i: number, input: number, output: number, grid: PixelGrid): number {
  if (grid === 'half_pixel') return Math.fround((i + 0.5) * Math.fround(input / output) - 0.5);
  const scale =
    grid === 'align_corners' && output > 1 ? (input - 1) / (output - 1) : input / output;
  return Math.fround(i * Math.fround(scale));
}

function nearestSpan(i: number, input: number, output: number, grid: PixelGrid): Span {
  const at = position(i, input, output, grid);
  const index =
    grid === 'align_corners' ? Math.round(at) : Math.floor(grid === 'corner' ? at : at + 0.5);
  return { start: Math.max(Math.min(index, input - 1), 0), weights: [1] };
}

function linearSpan(i: number, input: number, output: number, grid: PixelGrid): Span {
  const at = position(i, input, output, grid);
  const lower = Math.max(Math.floor(at), 0);
  const upper = Math.min(Math.ceil(at), input - 1);
  if (upper <= lower) return { start: Math.min(lower, input - 1), weights: [1] };
  const share = at - Math.floor(at);
  return { start: lower, weights: [1 - share, share] };
}

/** Weights of TensorFlow's `ResizeBicubic`, which rounds the position to 1/1024 of a pixel. */
function cubicSpan(i: number, input: number, output: number): Span {
  const at = position(i, input, output, 'half_pixel');
  const base = Math.floor(at);
  const offset = Math.round((at - base) * BICUBIC_STEPS) / BICUBIC_STEPS;
  const taps = [1 + offset, offset, 1 - offset, 2 - offset].map((distance, tap) => ({
    index: base - 1 + tap,
    weight: distance <= 1 && (tap === 1 || tap === 2) ? innerCubic(distance) : outerCubic(distance),
  }));
  const inside = taps.filter(({ index }) => index >= 0 && index < input);
  return normalized(
    inside[0]?.index ?? 0,
    inside.map(({ weight }) => weight),
  );
}

/** The same without half pixels, with another cubic, and with the border repeated outside of the image. */
function legacyCubicSpan(i: number, input: number, output: number, grid: PixelGrid): Span {
  const at = position(i, input, output, grid);
  const base = Math.floor(at);
  const offset = Math.round((at - base) * BICUBIC_STEPS) / BICUBIC_STEPS;
  const weights = [
    outerCubic(1 + offset, LEGACY_A),
    innerCubic(offset, LEGACY_A),
    innerCubic(1 - offset, LEGACY_A),
    outerCubic(2 - offset, LEGACY_A),
  ];
  const start = Math.min(Math.max(base - 1, 0), input - 1);
  const end = Math.min(Math.max(base + 2, 0), input - 1);
  const sums = new Array<number>(end - start + 1).fill(0);
  for (const [tap, weight] of weights.entries()) {
    const place = Math.min(Math.max(base - 1 + tap, 0), input - 1) - start;
    sums[place] = (sums[place] ?? 0) + weight;
  }
  return { start, weights: sums };
}

function innerCubic(x: number, a: number = KEYS_A): number {
  return ((a + 2) * x - (a + 3)) * x * x + 1;
}

function outerCubic(x: number, a: number = KEYS_A): number {
  return ((a * x - 5 * a) * x + 8 * a) * x - 4 * a;
}

function areaSpan(i: number, input: number, output: number): Span {
  const scale = input / output;
  const from = i * scale;
  const to = (i + 1) * scale;
  const start = Math.floor(from);
  const count = Math.min(Math.ceil(to), input) - start;
  const weights = Array.from({ length: count }, (_, k) => {
    const pixel = start + k;
    return (Math.min(pixel + 1, to) - Math.max(pixel, from)) / scale;
  });
  return { start, weights };
}

/** Weights of TensorFlow's `ScaleAndTranslate`. */
function filteredSpan(
  i: number,
  input: number,
  output: number,
  filter: Filter,
  antialias: boolean,
): Span {
  const inverse = 1 / Math.fround(output / input);
  const widening = antialias ? Math.max(inverse, 1) : 1;
  const center = (i + 0.5) * inverse;
  const reach = filter.radius * widening;
  const first = Math.max(Math.min(Math.ceil(center - reach - 0.5), input - 1), 0);
  const last = Math.max(Math.min(Math.floor(center + reach - 0.5), input - 1), 0);
  const weights = Array.from({ length: last - first + 1 }, (_, k) =>
    filter.at(Math.abs((first + k + 0.5 - center) / widening)),
  );
  return normalized(first, weights);
}

function normalized(start: number, weights: readonly number[]): Span {
  const sum = weights.reduce((total, weight) => total + weight, 0);
  const scale = Math.abs(sum) >= SMALLEST_SUM ? 1 / sum : 1;
  return { start, weights: weights.map((weight) => weight * scale) };
}
