/**
 * Products of matrices, the right one in panels of eight columns: for each of its rows, the eight elements lie side by
 * side. A block of four rows and eight columns of the result is computed at a time, in registers.
 */
import { I32_ADD, I32_MUL, I32_SUB, i32, memory, minimum, shiftLeft, simd } from './assembler.mjs';
import { functionOf, list, numbered } from './frame.mjs';

const ROWS = 4;
const COLUMNS = 8;
const PANEL_BYTES = 4 * COLUMNS;

const LOAD_INTEGER = memory([0x28], 2, 0);
const LOAD_SPLAT = simd(0x09);
const SPLAT = simd(0x13);
// The pseudo-minimum and -maximum, which take one instruction each and keep a NaN that is their first operand.
const [ADD, MUL, MIN, MAX] = [0xe4, 0xe6, 0xea, 0xeb].map(simd);
const vectorAt = (offset) => memory(simd(0), 2, offset);
const storeAt = (offset) => memory(simd(0x0b), 2, offset);
const [IF, ELSE, END] = [[0x04, 0x40], [0x05], [0x0b]];
const I32_BELOW = [0x49];
const I32_AND = [0x71];

/** Repeats the body, which counts a local down, while that is not zero. */
function untilZero(counter, { value }, body) {
  return [0x02, 0x40, 0x03, 0x40, ...value(counter), 0x45, 0x0d, 1, ...body, 0x0c, 0, 0x0b, 0x0b];
}

/** Adds the products of one row of the panel with an element of each row of the left operand. */
function addProducts(rows, { value, put, step, move }) {
  return [
    ...list(2, (half) => [...value('bAt'), ...vectorAt(16 * half), ...put(`b${half}`)]),
    ...list(rows, (row) => [
      ...[...value(`a${row}`), ...memory(LOAD_SPLAT, 2, 0), ...put('factor')],
      ...list(2, (half) => [
        ...[...value(`sum${2 * row + half}`), ...value('factor'), ...value(`b${half}`), ...MUL],
        ...[...ADD, ...put(`sum${2 * row + half}`)],
      ]),
    ]),
    ...list(rows, (row) => step(`a${row}`, 4)),
    ...move('bAt', 'bStep'),
  ];
}

/** Stores a row of the last panel, of which `columnsLeft` elements belong to the result. */
function storePart(row, { value, put, copy, step }) {
  const [first, second] = [`sum${2 * row}`, `sum${2 * row + 1}`];
  const halves = [...value(first), ...value(first), ...simd(0x0d)];
  const ifBit = (bit, body) => [
    ...[...value('columnsLeft'), ...i32(bit), ...I32_AND, ...IF, ...body, ...END],
  ];
  return [
    ...copy('yRow', 'yAt'),
    ...ifBit(4, [
      ...[...value('yAt'), ...value(first), ...storeAt(0)],
      ...[...copy(second, first), ...step('yAt', 16)],
    ]),
    ...ifBit(2, [
      ...[...value('yAt'), ...value(first), ...memory(simd(0x5b), 2, 0), 0],
      ...[...halves, ...[8, 9, 10, 11, 12, 13, 14, 15, 0, 1, 2, 3, 4, 5, 6, 7], ...put(first)],
      ...step('yAt', 8),
    ]),
    ...ifBit(1, [...value('yAt'), ...value(first), ...memory(simd(0x5a), 2, 0), 0]),
  ];
}

/** Computes a block of the result, then moves on to the next rows. */
function block(rows, frame) {
  const { value, put, copy, move, step, repeat } = frame;
  const sums = numbered('sum', 2 * rows);
  return [
    ...list(rows, (row) => [
      ...[...value('rowAt'), ...memory([0x28], 2, 4 * row), ...put(`row${row}`)],
    ]),
    ...sums.flatMap((sum, i) => copy(`bias${i % 2}`, sum)),
    ...[...copy('panel', 'bAt'), ...copy('offsets', 'offsetAt')],
    ...copy('segments', 'segmentsLeft'),
    ...repeat('segmentsLeft', 1, [
      ...[...value('offsetAt'), ...LOAD_INTEGER, ...put('offset')],
      ...list(rows, (row) => [...copy('offset', `a${row}`), ...move(`a${row}`, `row${row}`)]),
      ...copy('length', 'lengthLeft'),
      ...repeat('lengthLeft', 1, addProducts(rows, frame)),
      ...step('offsetAt', 4),
    ]),
    ...sums.flatMap((sum) => [
      ...[...value(sum), ...value('highs'), ...MIN, ...value('lows'), ...MAX, ...put(sum)],
    ]),
    ...list(rows, (row) => [
      ...[...value('columnsLeft'), ...i32(COLUMNS), ...I32_BELOW, ...IF],
      ...[...storePart(row, frame), ...ELSE],
      ...list(2, (half) => [
        ...[...value('yRow'), ...value(`sum${2 * row + half}`), ...storeAt(16 * half)],
      ]),
      ...[...END, ...move('yRow', 'yStride')],
    ]),
    ...step('rowAt', 4 * rows),
  ];
}

/** Goes over the rows four at a time; the last four begin among those that are done. */
function rowsOfPanel(frame) {
  const { value, put, copy, repeat } = frame;
  const back = [...i32(ROWS), ...value('rowsLeft'), ...I32_SUB];
  return [
    ...[...copy('table', 'rowAt'), ...copy('yPanel', 'yRow'), ...copy('rows', 'rowsLeft')],
    ...[...value('rows'), ...i32(ROWS), ...I32_BELOW, ...IF],
    ...repeat('rowsLeft', 1, block(1, frame)),
    ...ELSE,
    ...untilZero('rowsLeft', frame, [
      ...[...value('rowsLeft'), ...i32(ROWS), ...I32_BELOW, ...IF],
      ...[...value('rowAt'), ...back, ...shiftLeft(2), ...I32_SUB, ...put('rowAt')],
      ...[...value('yRow'), ...back, ...value('yStride'), ...I32_MUL, ...I32_SUB, ...put('yRow')],
      ...[...i32(ROWS), ...put('rowsLeft'), ...END],
      ...block(ROWS, frame),
      ...[...value('rowsLeft'), ...i32(ROWS), ...I32_SUB, ...put('rowsLeft')],
    ]),
    ...END,
  ];
}

/**
 * Multiplies matrices, adds a bias and cuts at both ends. A row of the left operand lies in segments of equal length:
 * segment s of row r begins at `table[r] + offsets[s]`.
 *
 * Parameters: the addresses of `table` and `offsets`, int32; the number and the length of the segments; the address of
 * the right operand, the bytes between its rows within a panel and between its panels; the addresses of the bias, which
 * fills the last panel, too, and of the result; the bytes between its rows; the number of rows, of those that one pass
 * over the right operand takes, a multiple of four, and of columns; the ends.
 */
export function panelProduct(name) {
  const names = {
    integers: [
      ...['table', 'offsets', 'segments', 'length', 'b', 'bStep', 'bPanel', 'bias'],
      ...['y', 'yStride', 'allRows', 'mostRows', 'columns'],
    ],
    floats: ['low', 'high'],
    positions: [
      ...[
        'rows',
        'panel',
        'biasAt',
        'yPanel',
        'columnsLeft',
        'rowsLeft',
        'segmentsLeft',
        'lengthLeft',
        'offset',
        'offsetAt',
      ],
      ...['rowAt', 'yRow', 'yAt', 'bAt', ...numbered('row', ROWS), ...numbered('a', ROWS)],
    ],
    vectors: [
      ...['lows', 'highs', 'factor', 'b0', 'b1', 'bias0', 'bias1'],
      ...numbered('sum', 2 * ROWS),
    ],
  };
  return functionOf(name, names, (frame) => {
    const { value, put, copy, move, step } = frame;
    const pass = [
      ...[...copy('b', 'panel'), ...copy('bias', 'biasAt'), ...copy('y', 'yPanel')],
      ...copy('columns', 'columnsLeft'),
      ...untilZero('columnsLeft', frame, [
        ...list(2, (half) => [...value('biasAt'), ...vectorAt(16 * half), ...put(`bias${half}`)]),
        ...rowsOfPanel(frame),
        ...[...move('panel', 'bPanel'), ...step('biasAt', PANEL_BYTES)],
        ...[...step('yPanel', PANEL_BYTES), ...value('columnsLeft')],
        ...[...minimum(value('columnsLeft'), i32(COLUMNS)), ...I32_SUB, ...put('columnsLeft')],
      ]),
    ];
    return [
      ...[...value('low'), ...SPLAT, ...put('lows'), ...value('high'), ...SPLAT, ...put('highs')],
      ...untilZero('allRows', frame, [
        // The last pass takes up to three rows more, so that none is left with fewer than four.
        ...[...value('allRows'), ...value('mostRows'), ...value('allRows')],
        ...[...value('mostRows'), ...i32(ROWS), ...I32_ADD, ...I32_BELOW, 0x1b, ...put('rows')],
        ...pass,
        ...[...value('rows'), ...shiftLeft(2), ...value('table'), ...I32_ADD, ...put('table')],
        ...[
          ...value('rows'),
          ...value('yStride'),
          ...I32_MUL,
          ...value('y'),
          ...I32_ADD,
          ...put('y'),
        ],
        ...[...value('allRows'), ...value('rows'), ...I32_SUB, ...put('allRows')],
      ]),
    ];
  });
}

/**
 * Copies whole panels of a matrix side by side. Parameters: the addresses of the matrix and of the panels, the numbers
 * of rows, panels and bytes between the rows of the matrix.
 */
export function packPanels(name) {
  const names = {
    integers: ['from', 'to', 'rows', 'panels', 'stride'],
    positions: ['fromAt', 'second', 'rowsLeft'],
  };
  return functionOf(name, names, ({ value, put, copy, move, step, repeat }) => {
    // Two panels at a time, since their rows share a line of the cache.
    const pack = (panels) => [
      ...[...copy('from', 'fromAt'), ...copy('rows', 'rowsLeft')],
      ...[...value('rows'), ...shiftLeft(5), ...value('to'), ...I32_ADD, ...put('second')],
      ...repeat('rowsLeft', 1, [
        ...list(2 * panels, (i) => [
          ...[...value(i < 2 ? 'to' : 'second'), ...value('fromAt'), ...vectorAt(16 * i)],
          ...storeAt(16 * (i % 2)),
        ]),
        ...[
          ...move('fromAt', 'stride'),
          ...step('to', PANEL_BYTES),
          ...step('second', PANEL_BYTES),
        ],
      ]),
      ...(panels > 1 ? copy('second', 'to') : []),
      ...step('from', PANEL_BYTES * panels),
    ];
    return [...repeat('panels', 2, pack(2)), ...repeat('panels', 1, pack(1))];
  });
}

/** The lanes of two vectors, of which the second counts from 4, as bytes. */
const lanes = (...wanted) => wanted.flatMap((lane) => list(4, (byte) => [4 * lane + byte]));
const shuffle = (a, b, wanted, { value }) => [...value(a), ...value(b), ...simd(0x0d), ...wanted];
const [EVEN, ODD] = [lanes(0, 4, 1, 5), lanes(2, 6, 3, 7)];
const [FIRST, SECOND] = [lanes(0, 1, 4, 5), lanes(2, 3, 6, 7)];

/** Transposes four columns, at `c0` and following, by four rows of a panel. */
function packFour(half, frame) {
  const { value, put } = frame;
  const column = (i) => `c${4 * half + i}`;
  return [
    ...list(4, (i) => [...value(column(i)), ...vectorAt(0), ...put(`x${i}`)]),
    ...[...shuffle('x0', 'x1', EVEN, frame), ...put('t0')],
    ...[...shuffle('x0', 'x1', ODD, frame), ...put('t1')],
    ...[...shuffle('x2', 'x3', EVEN, frame), ...put('t2')],
    ...[...shuffle('x2', 'x3', ODD, frame), ...put('t3')],
    ...list(4, (row) => [
      ...[
        ...value('to'),
        ...shuffle(row < 2 ? 't0' : 't1', row < 2 ? 't2' : 't3', row % 2 ? SECOND : FIRST, frame),
      ],
      ...storeAt(PANEL_BYTES * row + 16 * half),
    ]),
  ];
}

/**
 * Copies whole panels of a transposed matrix side by side. Parameters: the addresses of the matrix, whose rows are the
 * columns of the panels, and of the panels; the number of rows of a panel, a multiple of 4; the number of panels.
 */
export function packTransposed(name) {
  const names = {
    integers: ['from', 'to', 'rows', 'panels'],
    positions: ['rowsLeft', 'stride', ...numbered('c', COLUMNS)],
    vectors: [...numbered('x', 4), ...numbered('t', 4)],
  };
  return functionOf(name, names, (frame) => {
    const { value, put, copy, move, step, repeat } = frame;
    return [
      ...[...value('rows'), ...shiftLeft(2), ...put('stride')],
      ...repeat('panels', 1, [
        ...list(COLUMNS, (i) => [...copy('from', `c${i}`), ...move('from', 'stride')]),
        ...copy('rows', 'rowsLeft'),
        ...repeat('rowsLeft', 4, [
          ...[...packFour(0, frame), ...packFour(1, frame)],
          ...list(COLUMNS, (i) => step(`c${i}`, 16)),
          ...step('to', 4 * PANEL_BYTES),
        ]),
      ]),
    ];
  });
}
