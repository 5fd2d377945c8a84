/**
 * A convolution of 3 × 3 pixels by Winograd's F(2 × 2, 3 × 3), which multiplies 16 times where the definition multiplies
 * 36 times: A. Lavin and S. Gray, "Fast algorithms for convolutional neural networks", 2015.
 *
 * Each tile of 4 × 4 input pixels gives 2 × 2 output pixels. Tiles and filters are transformed to 16 numbers per channel,
 * the planes; in each plane the tiles [tiles, channels] are multiplied by the filters [channels, filters].
 */
import { f32, I32_ADD, I32_MUL, i32, memory, shiftLeft, simd } from './assembler.mjs';
import { functionOf, list, numbered } from './frame.mjs';

/** Side of a tile, and of a transformed filter. */
const SIDE = 4;
const TAPS = 3;
/** Bytes of the eight filters of a panel. */
const PANEL_BYTES = 32;
const VECTOR_BYTES = 16;

const LOAD = memory(simd(0), 2, 0);
const STORE = memory(simd(0x0b), 2, 0);
const SPLAT = simd(0x13);
// The pseudo-minimum and -maximum, which take one instruction each and keep a NaN that is their first operand.
const [ADD, SUB, MUL, MIN, MAX] = [0xe4, 0xe5, 0xe6, 0xea, 0xeb].map(simd);
const [IF, END] = [[0x04, 0x40], [0x0b]];

const term = (index, sign = 1) => ({ index, sign });
/** The transform of a tile, Bᵀ: each row is a sum of two of four numbers. */
const TILE_ROWS = [
  [term(0), term(2, -1)],
  [term(1), term(2)],
  [term(2), term(1, -1)],
  [term(1), term(3, -1)],
];
/** The transform of the products, Aᵀ. */
const PRODUCT_ROWS = [
  [term(0), term(1), term(2)],
  [term(1), term(2, -1), term(3, -1)],
];

/** Adds or subtracts locals, whose names `nameOf` gives. */
function sumOf(terms, { value }, nameOf) {
  return terms.flatMap(({ index, sign }, i) => {
    if (i === 0) return value(nameOf(index));
    return [...value(nameOf(index)), ...(sign > 0 ? ADD : SUB)];
  });
}

/** The transform of three taps: G, whose halves the local `half` takes. */
function transformTaps({ value, put }, from, to) {
  const outer = [...value(from(0)), ...value(from(2)), ...ADD];
  const halved = (op) => [...outer, ...value(from(1)), ...op, ...value('half'), ...MUL];
  return [
    ...[...value(from(0)), ...put(to(0))],
    ...[...halved(ADD), ...put(to(1))],
    ...[...halved(SUB), ...put(to(2))],
    ...[...value(from(2)), ...put(to(3))],
  ];
}

/** Transforms four filters of one channel, at `fromAt`, to the planes at `toAt` and `offset`. */
function fourFilters(frame, offset) {
  const { value, put, copy, move } = frame;
  const middle = (row) => (column) => `middle${row * TAPS + column}`;
  return [
    ...copy('fromAt', 'at'),
    ...list(TAPS * TAPS, (i) => [
      ...[...value('at'), ...memory(simd(0), 2, offset), ...put(`tap${i}`)],
      ...move('at', 'tapBytes'),
    ]),
    ...list(TAPS, (column) =>
      transformTaps(
        frame,
        (row) => `tap${row * TAPS + column}`,
        (row) => middle(row)(column),
      ),
    ),
    ...copy('toAt', 'at'),
    ...list(SIDE, (row) => [
      ...transformTaps(frame, middle(row), (column) => `out${column}`),
      ...list(SIDE, (column) => [
        ...[...value('at'), ...value(`out${column}`), ...memory(simd(0x0b), 2, offset)],
        ...move('at', 'planeBytes'),
      ]),
    ]),
  ];
}

/**
 * Transforms filters to panels. Parameters: the address of the filters [3, 3, channels, filters], that of the 16 planes,
 * each in panels [filters / 8, channels, 8]; bytes of a plane; channels; filters, a multiple of 4.
 */
export function winogradFilter(name) {
  const names = {
    integers: ['from', 'to', 'planeBytes', 'channels', 'filters'],
    positions: [
      ...['tapBytes', 'panelBytes', 'rowBytes', 'channelsLeft', 'filtersLeft'],
      ...['fromAt', 'toAt', 'at'],
    ],
    vectors: [
      ...['half', ...numbered('tap', TAPS * TAPS), ...numbered('middle', SIDE * TAPS)],
      ...numbered('out', SIDE),
    ],
  };
  return functionOf(name, names, (frame) => {
    const { value, put, copy, move, step, repeat } = frame;
    return [
      ...[...f32(0.5), ...SPLAT, ...put('half')],
      ...[...value('filters'), ...shiftLeft(2), ...put('rowBytes')],
      ...[...value('rowBytes'), ...value('channels'), ...I32_MUL, ...put('tapBytes')],
      ...[...value('channels'), ...shiftLeft(5), ...put('panelBytes')],
      ...copy('channels', 'channelsLeft'),
      ...repeat('channelsLeft', 1, [
        ...[...copy('from', 'fromAt'), ...copy('to', 'toAt'), ...copy('filters', 'filtersLeft')],
        ...repeat('filtersLeft', 8, [
          ...[...fourFilters(frame, 0), ...fourFilters(frame, VECTOR_BYTES)],
          ...[...step('fromAt', PANEL_BYTES), ...move('toAt', 'panelBytes')],
        ]),
        ...repeat('filtersLeft', 4, fourFilters(frame, 0)),
        ...[...move('from', 'rowBytes'), ...step('to', PANEL_BYTES)],
      ]),
    ];
  });
}

/**
 * Transforms a row of tiles. Parameters: the address of its first pixel, the bytes of a row of the image, the address in
 * the first plane, the bytes of a plane, the number of tiles, the channels, a multiple of 4.
 */
export function winogradInput(name) {
  const names = {
    integers: ['from', 'rowBytes', 'to', 'planeBytes', 'tiles', 'channels'],
    positions: ['pixelBytes', 'channelsLeft', 'tile', 'at', 'row'],
    vectors: [...numbered('x', SIDE), ...numbered('middle', SIDE * SIDE)],
  };
  return functionOf(name, names, (frame) => {
    const { value, put, copy, move, step, repeat } = frame;
    const four = [
      ...copy('tile', 'row'),
      ...list(SIDE, (column) => [
        ...copy('row', 'at'),
        ...list(SIDE, (row) => [
          ...[...value('at'), ...LOAD, ...put(`x${row}`)],
          ...(row + 1 < SIDE ? move('at', 'rowBytes') : []),
        ]),
        ...TILE_ROWS.flatMap((terms, row) => [
          ...[...sumOf(terms, frame, (i) => `x${i}`), ...put(`middle${row * SIDE + column}`)],
        ]),
        ...(column + 1 < SIDE ? move('row', 'pixelBytes') : []),
      ]),
      ...copy('to', 'at'),
      ...list(SIDE, (row) =>
        TILE_ROWS.flatMap((terms) => [
          ...[...value('at'), ...sumOf(terms, frame, (i) => `middle${row * SIDE + i}`)],
          ...[...STORE, ...move('at', 'planeBytes')],
        ]),
      ),
      ...[...step('tile', VECTOR_BYTES), ...step('to', VECTOR_BYTES)],
    ];
    return [
      ...[...value('channels'), ...shiftLeft(2), ...put('pixelBytes')],
      ...repeat('tiles', 1, [
        ...[...copy('from', 'tile'), ...copy('channels', 'channelsLeft')],
        ...repeat('channelsLeft', 4, four),
        ...[...move('from', 'pixelBytes'), ...move('from', 'pixelBytes')],
      ]),
    ];
  });
}

/** Makes four pixels of four filters from the products at `from`. */
function fourPixels(frame) {
  const { value, put, move, step } = frame;
  const clipped = [...value('y'), ...value('highs'), ...MIN, ...value('lows'), ...MAX];
  const places = ['top', 'nextTop', 'bottom', 'nextBottom'];
  return [
    ...list(SIDE, (column) => [
      ...[...value('from'), ...i32(column), ...value('planeBytes'), ...I32_MUL, ...I32_ADD],
      ...put('at'),
      ...list(SIDE, (row) => [
        ...[...value('at'), ...LOAD, ...put(`x${row}`)],
        ...(row + 1 < SIDE ? move('at', 'fourPlanes') : []),
      ]),
      ...PRODUCT_ROWS.flatMap((terms, row) => [
        ...[...sumOf(terms, frame, (i) => `x${i}`), ...put(`middle${row * SIDE + column}`)],
      ]),
    ]),
    ...[...value('biasAt'), ...LOAD, ...put('shift')],
    ...places.flatMap((place, i) => [
      ...sumOf(PRODUCT_ROWS[i % 2], frame, (column) => `middle${(i >> 1) * SIDE + column}`),
      ...[...value('shift'), ...ADD, ...put('y')],
      ...[...value('check'), ...value('y'), ...value('zero'), ...MUL, ...ADD, ...put('check')],
      ...[...value(place), ...clipped, ...STORE, ...step(place, VECTOR_BYTES)],
    ]),
    ...[...step('from', VECTOR_BYTES), ...step('biasAt', VECTOR_BYTES)],
  ];
}

/**
 * Transforms the products of a row of tiles to pixels, adds the bias and cuts at both ends. Parameters: the address in
 * the first plane, the bytes of a plane, the addresses of the two rows of pixels and of the bias, that of a vector that
 * becomes NaN when a pixel is not finite, that of memory for a pixel outside of the image; the pixels of a row; the
 * filters, a multiple of 4; the ends.
 */
export function winogradOutput(name) {
  const names = {
    integers: [
      ...['from', 'planeBytes', 'top', 'bottom', 'bias', 'finite', 'spare', 'pixels', 'filters'],
    ],
    floats: ['low', 'high'],
    positions: ['pixelBytes', 'fourPlanes', 'filtersLeft', 'at', 'biasAt', 'nextTop', 'nextBottom'],
    vectors: [
      ...['lows', 'highs', 'zero', 'check', 'shift', 'y'],
      ...[...numbered('x', SIDE), ...numbered('middle', 2 * SIDE)],
    ],
  };
  return functionOf(name, names, (frame) => {
    const { value, put, copy, move, repeat } = frame;
    const tile = (isWhole) => [
      ...['Top', 'Bottom'].flatMap((row) => [
        ...copy(isWhole ? row.toLowerCase() : 'spare', `next${row}`),
        ...(isWhole ? move(`next${row}`, 'pixelBytes') : []),
      ]),
      ...[...copy('bias', 'biasAt'), ...copy('filters', 'filtersLeft')],
      ...repeat('filtersLeft', 4, fourPixels(frame)),
      ...[...move('top', 'pixelBytes'), ...move('bottom', 'pixelBytes')],
    ];
    return [
      ...[...value('low'), ...SPLAT, ...put('lows'), ...value('high'), ...SPLAT, ...put('highs')],
      ...[...value('finite'), ...LOAD, ...put('check')],
      ...[...value('filters'), ...shiftLeft(2), ...put('pixelBytes')],
      ...[...value('planeBytes'), ...shiftLeft(2), ...put('fourPlanes')],
      ...repeat('pixels', 2, tile(true)),
      ...[...value('pixels'), ...IF, ...tile(false), ...END],
      ...[...value('finite'), ...value('check'), ...STORE],
    ];
  });
}
