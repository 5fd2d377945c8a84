/** A product of matrices that reads the right operand as it lies in memory. */
import {
  advance,
  countDown,
  F32,
  get,
  I32,
  I32_ADD,
  I32_MUL,
  I32_SUB,
  i32,
  memory,
  minimum,
  set,
  shiftLeft,
  simd,
  V128,
} from './assembler.mjs';

/** Rows of the right operand that one pass over the result adds. */
const ROWS = 8;
/** Columns of the right operand that stay in the first cache: 8 rows of 2 KB. */
const COLUMNS = 512;

const [MUL, ADD] = [simd(0xe6), simd(0xe4)];
const [SCALAR_MUL, SCALAR_ADD] = [[0x94], [0x92]];
const LOAD_SPLAT = simd(0x09);

/** The parameters, then the further locals by name. */
const PARAMETERS = ['a', 'b', 'y', 'rows', 'inner', 'columns'];
const INTEGERS = [
  ...['columnsLeft', 'width', 'innerLeft', 'rowsLeft', 'count', 'stride', 'innerStride'],
  ...['aBlock', 'bBlock', 'aRow', 'yRow', 'yAt'],
  ...Array.from({ length: ROWS }, (_, row) => `b${row}`),
];
const VECTORS = Array.from({ length: ROWS }, (_, row) => `factor${row}`);
const SCALARS = Array.from({ length: ROWS }, (_, row) => `single${row}`);

const local = (name) => [...PARAMETERS, ...INTEGERS, ...VECTORS, ...SCALARS].indexOf(name);
const value = (name) => get(local(name));
const store = (name) => set(local(name));
const copy = (from, to) => [...value(from), ...store(to)];
/** Moves a position by the bytes that another local counts. */
const move = (name, by) => [...value(name), ...value(by), ...I32_ADD, ...store(name)];

/** Adds `depth` rows of the right operand, each times its factor, to a stretch of the result. */
function stretch(depth, vectors, wide) {
  const [bytes, load, times, plus, put] = wide
    ? [16, simd(0), MUL, ADD, simd(0x0b)]
    : [4, [0x2a], SCALAR_MUL, SCALAR_ADD, [0x38]];
  const code = [];
  for (let place = 0; place < vectors; place++) {
    const offset = bytes * place;
    code.push(...value('yAt'), ...value('yAt'), ...memory(load, 2, offset));
    for (let row = 0; row < depth; row++) {
      code.push(...value(`b${row}`), ...memory(load, 2, offset));
      code.push(...value(wide ? `factor${row}` : `single${row}`), ...times, ...plus);
    }
    code.push(...memory(put, 2, offset));
  }
  for (const name of ['yAt', ...Array.from({ length: depth }, (_, row) => `b${row}`)])
    code.push(...advance(local(name), bytes * vectors));
  return code;
}

/** Adds the products with `depth` rows of the right operand to one row of the result. */
function resultRow(depth) {
  const code = [...copy('yRow', 'yAt'), ...copy('width', 'count'), ...copy('bBlock', 'b0')];
  for (let row = 1; row < depth; row++)
    code.push(...value(`b${row - 1}`), ...value('stride'), ...I32_ADD, ...store(`b${row}`));
  for (let row = 0; row < depth; row++) {
    code.push(...value('aRow'), ...memory(LOAD_SPLAT, 2, 4 * row), ...store(`factor${row}`));
    code.push(...value('aRow'), ...memory([0x2a], 2, 4 * row), ...store(`single${row}`));
  }
  return [
    ...code,
    ...countDown(local('count'), 8, stretch(depth, 2, true)),
    ...countDown(local('count'), 4, stretch(depth, 1, true)),
    ...countDown(local('count'), 1, stretch(depth, 1, false)),
    ...move('yRow', 'stride'),
    ...move('aRow', 'innerStride'),
  ];
}

/** Goes over all rows of the result with `depth` rows of the right operand. */
function pass(depth) {
  return countDown(local('innerLeft'), depth, [
    ...copy('y', 'yRow'),
    ...copy('aBlock', 'aRow'),
    ...copy('rows', 'rowsLeft'),
    ...countDown(local('rowsLeft'), 1, resultRow(depth)),
    ...advance(local('aBlock'), 4 * depth),
    ...[...value('bBlock'), ...value('stride'), ...i32(depth), ...I32_MUL, ...I32_ADD],
    ...store('bBlock'),
  ]);
}

/**
 * Adds the product of `a` [rows, inner] and `b` [inner, columns] to `y`.
 * Parameters: the addresses of a, b, y, then rows, inner, columns.
 */
export function product(name) {
  const block = [
    ...minimum(value('columnsLeft'), i32(COLUMNS)),
    ...store('width'),
    ...copy('a', 'aBlock'),
    ...copy('b', 'bBlock'),
    ...copy('inner', 'innerLeft'),
    ...pass(ROWS),
    ...pass(1),
    ...advance(local('b'), 4 * COLUMNS),
    ...advance(local('y'), 4 * COLUMNS),
    ...[...value('columnsLeft'), ...value('width'), ...I32_SUB, ...store('columnsLeft')],
  ];
  const code = [
    ...[...value('columns'), ...shiftLeft(2), ...store('stride')],
    ...[...value('inner'), ...shiftLeft(2), ...store('innerStride')],
    ...copy('columns', 'columnsLeft'),
    ...whileNotZero('columnsLeft', block),
  ];
  const locals = [
    ...INTEGERS.map(() => I32),
    ...VECTORS.map(() => V128),
    ...SCALARS.map(() => F32),
  ];
  return { name, params: PARAMETERS.map(() => I32), locals, code };
}

function whileNotZero(name, body) {
  return [0x02, 0x40, 0x03, 0x40, ...value(name), 0x45, 0x0d, 1, ...body, 0x0c, 0, 0x0b, 0x0b];
}
