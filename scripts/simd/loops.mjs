/** Functions that compute expressions over the elements of tensors in the memory of a backend. */
import { advance, countDown, F32, get, I32, I32_ADD, memory, set, simd } from './assembler.mjs';
import { add, column, Emitter, MODES } from './expression.mjs';

/** Stretches of elements that the fastest loop computes at a time. */
const UNROLLED = 4;

/** Gives names and numbers to the parameters and locals of a function. */
class Locals {
  types = [];
  #named = new Map();
  #parameters;

  constructor(parameters) {
    this.#parameters = parameters.length;
    for (const [index, [name]] of parameters.entries()) this.#named.set(name, index);
  }

  get(name) {
    return this.#named.get(name);
  }

  /** A new local, or the known one of a name. */
  take = (type, name) => {
    const key = name === undefined ? undefined : `${String(type)} ${name}`;
    const known = this.#named.get(key);
    if (known !== undefined) return known;
    const local = this.#parameters + this.types.length;
    this.types.push(type);
    if (key !== undefined) this.#named.set(key, local);
    return local;
  };
}

function functionOf(name, parameters, make) {
  const locals = new Locals(parameters);
  const code = make(locals);
  return { name, params: parameters.map(([, type]) => type), locals: locals.types, code };
}

const pointers = (names) => names.map((name) => [name, I32]);
const scalarsOf = (names) => names.map((name) => [name, F32]);

/** The body of a loop over stretches of a row: computes all outputs, then moves on. */
function stretch(emitter, { inputs, columns, outputs }, locals, mode, unrolled) {
  const code = [];
  const store = mode === MODES.quad ? simd(0x0b) : [0x38];
  for (let place = 0; place < unrolled; place++) {
    emitter.next();
    // All values are computed before the first is stored: an output may lie where an input does.
    const values = Object.entries(outputs).map(([name, expression]) => {
      const local = locals.take(mode.type, `result ${name}`);
      code.push(...emitter.emit(expression, place), ...set(local));
      return [name, local];
    });
    for (const [name, local] of values) {
      code.push(...get(locals.get(name)), ...get(local));
      code.push(...memory(store, 2, 4 * mode.elements * place));
    }
  }
  for (const name of [...inputs, ...Object.keys(outputs)])
    code.push(...advance(locals.get(name), 4 * mode.elements * unrolled));
  for (const name of columns) code.push(...advance(locals.get(name), mode.columnBytes * unrolled));
  return code;
}

/**
 * A function that computes each element of its outputs from the elements of its inputs at the same place.
 * Parameters: the addresses of the inputs and outputs, the number of elements, the scalars.
 *
 * @param outputs Expressions by output.
 */
export function elementwise(name, { inputs, outputs, scalars = [] }) {
  const spec = { inputs, columns: [], outputs };
  const parameters = [
    ...pointers([...inputs, ...Object.keys(outputs)]),
    ['count', I32],
    ...scalarsOf(scalars),
  ];
  return functionOf(name, parameters, (locals) => {
    const { before, loops } = rowLoops(spec, locals, UNROLLED);
    return [...before, ...loops()];
  });
}

/** The loops over one row, from wide to narrow, and what has to be done once before them. */
function rowLoops(spec, locals, unrolled) {
  const values = Object.values(spec.outputs);
  const make = (mode) => new Emitter(mode, locals, locals.take);
  const [wide, narrow] = [make(MODES.quad), make(MODES.single)];
  const loop = (emitter, mode, times) =>
    countDown(
      locals.get('count'),
      mode.elements * times,
      stretch(emitter, spec, locals, mode, times),
    );
  return {
    before: [...wide.prepare(values, locals), ...narrow.prepare(values, locals)],
    loops: () => [
      ...(unrolled > 1 ? loop(wide, MODES.quad, unrolled) : []),
      ...loop(wide, MODES.quad, 1),
      ...loop(narrow, MODES.single, 1),
    ],
  };
}

/**
 * As `elementwise`, with vectors that every row meets: an element of a vector belongs to a column.
 * Parameters: the addresses of the inputs, vectors and outputs, the numbers of rows and columns, the scalars.
 */
export function rowwise(name, { inputs, columns, outputs, scalars = [] }) {
  const spec = { inputs, columns, outputs };
  const parameters = [
    ...pointers([
      ...inputs,
      ...columns.map((column) => `${column} start`),
      ...Object.keys(outputs),
    ]),
    ['rows', I32],
    ['row length', I32],
    ...scalarsOf(scalars),
  ];
  return functionOf(name, parameters, (locals) => {
    const inner = innerLocals(locals, columns);
    const { before, loops } = rowLoops(spec, inner, 1);
    const row = [...restart(locals, inner, columns), ...loops()];
    return [...before, ...countDown(locals.get('rows'), 1, row)];
  });
}

/** Locals of a row: the position in each vector, and how many elements are left. */
function innerLocals(locals, columns) {
  const running = new Map(columns.map((column) => [column, locals.take(I32, column)]));
  running.set('count', locals.take(I32, 'count'));
  return { take: locals.take, get: (name) => running.get(name) ?? locals.get(name) };
}

function restart(locals, inner, columns) {
  return [
    ...columns.flatMap((column) => [
      ...get(locals.get(`${column} start`)),
      ...set(inner.get(column)),
    ]),
    ...[...get(locals.get('row length')), ...set(inner.get('count'))],
  ];
}

/**
 * A function that adds, per column, an expression over all rows to a vector of float64 sums.
 * Parameters: the addresses of the inputs, of the float64 vectors and of the sums, the numbers of rows and columns.
 */
export function columnSums(name, { inputs, columns, value }) {
  const all = [...columns, 'sums'];
  const parameters = [
    ...pointers([...inputs, ...all.map((column) => `${column} start`)]),
    ['rows', I32],
    ['row length', I32],
  ];
  return functionOf(name, parameters, (locals) => {
    const inner = innerLocals(locals, all);
    const loop = (mode) => {
      const emitter = new Emitter(mode, inner, locals.take);
      const sums = inner.get('sums');
      const [load, plus, store] =
        mode === MODES.pair ? [simd(0), simd(0xf0), simd(0x0b)] : [[0x2b], [0xa0], [0x39]];
      return countDown(inner.get('count'), mode.elements, [
        ...get(sums),
        ...[...get(sums), ...memory(load, 3, 0), ...emitter.emit(value), ...plus],
        ...memory(store, 3, 0),
        ...inputs.flatMap((input) => advance(inner.get(input), 4 * mode.elements)),
        ...all.flatMap((column) => advance(inner.get(column), mode.columnBytes)),
      ]);
    };
    return countDown(locals.get('rows'), 1, [
      ...restart(locals, inner, all),
      ...loop(MODES.pair),
      ...loop(MODES.double),
    ]);
  });
}

/**
 * A function that adds, per column, an expression over all rows to a float32 vector.
 * Parameters: the addresses of the inputs and of the vector, the numbers of rows and columns, and how many bytes lie
 * between the rows of each input.
 */
export function rowSums(name, { inputs, value }) {
  const parameters = [
    ...pointers([...inputs, 'sums start']),
    ['rows', I32],
    ['row length', I32],
    ...pointers(inputs.map((input) => `${input} gap`)),
  ];
  return functionOf(name, parameters, (locals) => {
    const inner = innerLocals(locals, ['sums']);
    const spec = { inputs, columns: [], outputs: { sums: add(column('sums'), value) } };
    const { before, loops } = rowLoops(spec, inner, 1);
    const gaps = inputs.flatMap((input) => [
      ...[...get(locals.get(input)), ...get(locals.get(`${input} gap`)), ...I32_ADD],
      ...set(locals.get(input)),
    ]);
    const row = [...restart(locals, inner, ['sums']), ...loops(), ...gaps];
    return [...before, ...countDown(locals.get('rows'), 1, row)];
  });
}
