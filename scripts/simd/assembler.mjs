/** Writes the binary format of WebAssembly: https://webassembly.github.io/spec/core/binary/. */

export const I32 = 0x7f;
export const F32 = 0x7d;
export const F64 = 0x7c;
export const V128 = 0x7b;

export function unsigned(value) {
  const bytes = [];
  for (let rest = value; ; rest >>>= 7) {
    if (rest < 128) return [...bytes, rest];
    bytes.push((rest & 127) | 128);
  }
}

function signed(value) {
  const bytes = [];
  for (let rest = value; ; rest >>= 7) {
    const byte = rest & 127;
    if ((rest >> 7 === 0 && byte < 64) || (rest >> 7 === -1 && byte >= 64)) return [...bytes, byte];
    bytes.push(byte | 128);
  }
}

const vector = (items) => [...unsigned(items.length), ...items.flat()];
const section = (id, body) => [id, ...unsigned(body.length), ...body];
const text = (value) => vector([...Buffer.from(value)].map((byte) => [byte]));

export const get = (local) => [0x20, ...unsigned(local)];
export const set = (local) => [0x21, ...unsigned(local)];
export const tee = (local) => [0x22, ...unsigned(local)];
export const i32 = (value) => [0x41, ...signed(value)];
export const floatBytes = (value) => [...new Uint8Array(Float32Array.of(value).buffer)];
export const f32 = (value) => [0x43, ...floatBytes(value)];
export const f64 = (value) => [0x44, ...new Uint8Array(Float64Array.of(value).buffer)];
/** An instruction of the vector family. */
export const simd = (code) => [0xfd, ...unsigned(code)];

/** Memory access: the instruction, its alignment as a power of two, its offset. */
export const memory = (code, alignment, offset) => [...code, alignment, ...unsigned(offset)];

export const I32_ADD = [0x6a];
export const I32_SUB = [0x6b];
export const I32_MUL = [0x6c];
export const I32_SHL = [0x74];
export const shiftLeft = (by) => [...i32(by), ...I32_SHL];
/** The smaller of two unsigned numbers, each given by its instructions. */
export const minimum = (a, b) => [...a, ...b, ...a, ...b, ...I32_BELOW, 0x1b];
const I32_BELOW = [0x49];
const I32_IS_ZERO = [0x45];

/** Moves a local by a constant. */
export const advance = (local, by) => [...get(local), ...i32(by), ...I32_ADD, ...set(local)];

/** Repeats the body while a local is at least `least`, which is counted down by that number. */
export function countDown(local, least, body) {
  const done = least === 1 ? I32_IS_ZERO : [...i32(least), ...I32_BELOW];
  return [
    ...[0x02, 0x40, 0x03, 0x40, ...get(local), ...done, 0x0d, 1],
    ...body,
    ...[...get(local), ...i32(least), ...I32_SUB, ...set(local), 0x0c, 0, 0x0b, 0x0b],
  ];
}

/**
 * Assembles a module that imports its memory as `e.m` and exports functions.
 *
 * @param functions `{ name, params, locals, code }`: types of the parameters and of the further locals.
 */
export function assemble(functions) {
  const indices = functions.map((_, index) => index);
  const bodyOf = ({ locals, code }) => {
    const body = [...vector(locals.map((type) => [1, type])), ...code, 0x0b];
    return [...unsigned(body.length), ...body];
  };
  const module = Uint8Array.from([
    ...[0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    ...section(
      1,
      vector(functions.map(({ params }) => [0x60, ...vector(params.map((p) => [p])), 0])),
    ),
    ...section(2, vector([[...text('e'), ...text('m'), 2, 0, 0]])),
    ...section(3, vector(indices.map((index) => unsigned(index)))),
    ...section(
      7,
      vector(functions.map(({ name }, index) => [...text(name), 0, ...unsigned(index)])),
    ),
    ...section(10, vector(functions.map(bodyOf))),
  ]);
  if (!WebAssembly.validate(module)) throw new Error('the module is not valid');
  return module;
}
