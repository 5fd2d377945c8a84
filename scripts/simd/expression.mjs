/** Arithmetic expressions over the elements of tensors, and the instructions that compute them. */
import {
  F32,
  F64,
  f32,
  f64,
  floatBytes,
  get,
  I32,
  I32_ADD,
  I32_SHL,
  i32,
  memory,
  set,
  simd,
  tee,
  V128,
} from './assembler.mjs';

const node = (op, ...args) => ({ op, args });

export const input = (name) => ({ op: 'input', args: [], name });
/** An element of a vector that every row meets. */
export const column = (name) => ({ op: 'column', args: [], name });
/** A number that is the same for all elements. */
export const scalar = (name) => ({ op: 'scalar', args: [], name });
export const constant = (value) => ({ op: 'constant', args: [], value });

const asExpression = (x) => (typeof x === 'number' ? constant(x) : x);
const binary = (op) => (a, b) => node(op, asExpression(a), asExpression(b));
export const add = binary('add');
export const sub = binary('sub');
export const mul = binary('mul');
export const div = binary('div');
/** Smaller and larger of two numbers; a NaN that is the first stays. */
export const min = binary('min');
export const max = binary('max');
export const above = binary('above');
export const below = binary('below');
export const sqrt = (x) => node('sqrt', x);
export const abs = (x) => node('abs', x);
export const nearest = (x) => node('nearest', x);
/** Two to the power of an integral number from −126 to 127. */
export const powerOfTwo = (x) => node('powerOfTwo', x);
export const select = (condition, yes, no) =>
  node('select', asExpression(yes), asExpression(no), condition);
/** The magnitude of one number with the sign of another. */
export const withSign = (x, sign) => node('withSign', x, sign);

/** Instructions of an operation: f32, f32×4, f64, f64×2. */
const INSTRUCTIONS = {
  add: [[0x92], simd(0xe4), [0xa0], simd(0xf0)],
  sub: [[0x93], simd(0xe5), [0xa1], simd(0xf1)],
  mul: [[0x94], simd(0xe6), [0xa2], simd(0xf2)],
  div: [[0x95], simd(0xe7)],
  // Of vectors the pseudo-minimum and -maximum, which take one instruction each.
  min: [[0x96], simd(0xea)],
  max: [[0x97], simd(0xeb)],
  above: [[0x5e], simd(0x44)],
  below: [[0x5d], simd(0x43)],
  sqrt: [[0x91], simd(0xe3)],
  abs: [[0x8b], simd(0xe0)],
  nearest: [[0x90], simd(0x6a)],
  select: [[0x1b], simd(0x52)],
};

const SCALAR_POWER = [0xfc, 0, ...i32(127), ...I32_ADD, ...i32(23), ...I32_SHL, 0xbe];
const VECTOR_POWER = [
  ...simd(0xf8),
  ...i32(127),
  ...simd(0x11),
  ...simd(0xae),
  ...i32(23),
  ...simd(0xab),
];
/** Takes the sign bit of the second of two vectors and all other bits of the first. */
const SIGN_MASK = [...i32(0x7fffffff), ...simd(0x11)];
const SELECT_OTHER = simd(0x52);

/** How a stretch of elements is computed at a time. */
export const MODES = {
  single: { index: 0, type: F32, elements: 1, columnBytes: 4 },
  quad: { index: 1, type: V128, elements: 4, columnBytes: 16 },
  double: { index: 2, type: F64, elements: 1, columnBytes: 8 },
  pair: { index: 3, type: V128, elements: 2, columnBytes: 16 },
};

/** Loads an element of an input, which is always float32 in memory. */
function loadInput(mode, offset) {
  if (mode === MODES.single) return memory([0x2a], 2, offset);
  if (mode === MODES.quad) return memory(simd(0x00), 2, offset);
  if (mode === MODES.double) return [...memory([0x2a], 2, offset), 0xbb];
  return [...memory(simd(0x5d), 2, offset), ...simd(0x5f)];
}

function loadColumn(mode, offset) {
  if (mode === MODES.single) return memory([0x2a], 2, offset);
  if (mode === MODES.double) return memory([0x2b], 3, offset);
  return memory(simd(0x00), 2, offset);
}

/** Emits expressions of one mode into a function whose locals `locals` hands out. */
export class Emitter {
  #mode;
  #pointers;
  #locals;
  #fixed = new Map();
  #known = new Map();

  constructor(mode, pointers, locals) {
    this.#mode = mode;
    this.#pointers = pointers;
    this.#locals = locals;
  }

  /** Puts constants and scalars into locals, once before a loop. */
  prepare(expressions, scalars) {
    const code = [];
    const visit = (expression) => {
      expression.args.forEach(visit);
      if (expression.op !== 'constant' && expression.op !== 'scalar') return;
      const key = keyOf(expression);
      if (this.#fixed.has(key)) return;
      const local = this.#locals(this.#mode.type);
      this.#fixed.set(key, local);
      code.push(...this.#fixedValue(expression, scalars), ...set(local));
    };
    expressions.forEach(visit);
    return code;
  }

  #fixedValue({ op, name, value }, scalars) {
    if (op === 'scalar') {
      if (this.#mode === MODES.quad) return [...get(scalars.get(name)), ...simd(0x13)];
      return get(scalars.get(name));
    }
    if (this.#mode === MODES.quad) {
      const bytes = floatBytes(value);
      return [...simd(0x0c), ...bytes, ...bytes, ...bytes, ...bytes];
    }
    if (this.#mode === MODES.pair) return [...f64(value), ...simd(0x14)];
    return this.#mode === MODES.double ? f64(value) : f32(value);
  }

  /** Forgets the values of the elements before. */
  next() {
    this.#known.clear();
  }

  /** Instructions that leave the value of an expression on the stack; `place` counts stretches of elements. */
  emit(expression, place = 0) {
    const fixed = this.#fixed.get(keyOf(expression));
    if (fixed !== undefined) return get(fixed);
    const known = this.#known.get(expression);
    if (known !== undefined) return get(known);
    const isFlag =
      this.#mode === MODES.single && (expression.op === 'above' || expression.op === 'below');
    const local = this.#locals(isFlag ? I32 : this.#mode.type, `value ${this.#known.size}`);
    this.#known.set(expression, local);
    return [...this.#compute(expression, place), ...tee(local)];
  }

  #compute({ op, name, args }, place) {
    const mode = this.#mode;
    if (op === 'input')
      return [...get(this.#pointers.get(name)), ...loadInput(mode, 4 * mode.elements * place)];
    if (op === 'column')
      return [...get(this.#pointers.get(name)), ...loadColumn(mode, mode.columnBytes * place)];
    const vectors = mode === MODES.quad;
    if (op === 'withSign') return this.#withSign(args, place, vectors);
    const operands = args.flatMap((arg) => this.emit(arg, place));
    if (op === 'powerOfTwo') return [...operands, ...(vectors ? VECTOR_POWER : SCALAR_POWER)];
    return [...operands, ...INSTRUCTIONS[op][mode.index]];
  }

  #withSign([x, sign], place, vectors) {
    const [magnitude, other] = [this.emit(x, place), this.emit(sign, place)];
    return vectors
      ? [...magnitude, ...other, ...SIGN_MASK, ...SELECT_OTHER]
      : [...magnitude, ...other, 0x98];
  }
}

const keyOf = ({ op, name, value }) =>
  op === 'constant' || op === 'scalar' ? `${op} ${name ?? value}` : '';
