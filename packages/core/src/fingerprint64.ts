const MASK = (1n << 64n) - 1n;
const K0 = 0xc3a5c85c97cb3127n;
const K1 = 0xb492b66fbe98f273n;
const K2 = 0x9ae16a3b2f90404fn;

const wrap = (x: bigint): bigint => x & MASK;
const rotate = (x: bigint, n: bigint): bigint => wrap((x >> n) | (x << (64n - n)));
const mix = (x: bigint): bigint => x ^ (x >> 47n);

function hash16(u: bigint, v: bigint, mul: bigint): bigint {
  const a = mix(wrap((u ^ v) * mul));
  return wrap(mix(wrap((v ^ a) * mul)) * mul);
}

/** Bytes that are read as little-endian words. */
class Words {
  readonly #view: DataView;

  constructor(bytes: Uint8Array) {
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  long(at: number): bigint {
    return this.#view.getBigUint64(at, true);
  }

  word(at: number): bigint {
    return BigInt(this.#view.getUint32(at, true));
  }

  byte(at: number): bigint {
    return BigInt(this.#view.getUint8(at));
  }
}

/** Computes the 64-bit fingerprint of bytes; equals FarmHash's `Fingerprint64`, which TensorFlow hashes strings with. */
export function fingerprint64(bytes: Uint8Array): bigint {
  const words = new Words(bytes);
  const { length } = bytes;
  if (length <= 16) return short(words, length);
  if (length <= 32) return medium(words, length);
  return length <= 64 ? long(words, length) : longest(words, length);
}

function short(s: Words, length: number): bigint {
  const size = BigInt(length);
  const mul = wrap(K2 + size * 2n);
  if (length >= 8) {
    const a = wrap(s.long(0) + K2);
    const b = s.long(length - 8);
    const c = wrap(rotate(b, 37n) * mul + a);
    return hash16(c, wrap(wrap(rotate(a, 25n) + b) * mul), mul);
  }
  if (length >= 4) return hash16(wrap(size + (s.word(0) << 3n)), s.word(length - 4), mul);
  if (length === 0) return K2;
  const y = s.byte(0) + (s.byte(length >> 1) << 8n);
  const z = size + (s.byte(length - 1) << 2n);
  return wrap(mix(wrap(y * K2) ^ wrap(z * K0)) * K2);
}

function medium(s: Words, length: number): bigint {
  const mul = wrap(K2 + BigInt(length) * 2n);
  const a = wrap(s.long(0) * K1);
  const b = s.long(8);
  const c = wrap(s.long(length - 8) * mul);
  const d = wrap(s.long(length - 16) * K2);
  const left = wrap(rotate(wrap(a + b), 43n) + rotate(c, 30n) + d);
  return hash16(left, wrap(a + rotate(wrap(b + K2), 18n) + c), mul);
}

function long(s: Words, length: number): bigint {
  const mul = wrap(K2 + BigInt(length) * 2n);
  const a = wrap(s.long(0) * K2);
  const b = s.long(8);
  const c = wrap(s.long(length - 8) * mul);
  const d = wrap(s.long(length - 16) * K2);
  const y = wrap(rotate(wrap(a + b), 43n) + rotate(c, 30n) + d);
  const z = hash16(y, wrap(a + rotate(wrap(b + K2), 18n) + c), mul);
  const e = wrap(s.long(16) * mul);
  const f = s.long(24);
  const g = wrap((y + s.long(length - 32)) * mul);
  const h = wrap((z + s.long(length - 24)) * mul);
  const left = wrap(rotate(wrap(e + f), 43n) + rotate(g, 30n) + h);
  return hash16(left, wrap(e + rotate(wrap(f + a), 18n) + g), mul);
}

type Pair = readonly [bigint, bigint];

function weak(s: Words, at: number, seedA: bigint, seedB: bigint): Pair {
  const [w, x, y, z] = [s.long(at), s.long(at + 8), s.long(at + 16), s.long(at + 24)];
  const a = wrap(seedA + w);
  const b = rotate(wrap(seedB + a + z), 21n);
  const sum = wrap(a + x + y);
  return [wrap(sum + z), wrap(b + rotate(sum, 44n) + a)];
}

/** State of the loop over blocks of 64 bytes. */
interface Rounds {
  readonly x: bigint;
  readonly y: bigint;
  readonly z: bigint;
  readonly v: Pair;
  readonly w: Pair;
}

/** Takes in a block; the last one is weighed in another way. */
function round(s: Words, at: number, state: Rounds, mul: bigint, last: boolean): Rounds {
  const { v, w } = state;
  const weight = last ? 9n : 1n;
  const first = rotate(wrap(state.x + state.y + v[0] + s.long(at + 8)), 37n);
  const second = rotate(wrap(state.y + v[1] + s.long(at + 48)), 42n);
  const x = wrap(first * mul) ^ wrap(w[1] * weight);
  const y = wrap(wrap(second * mul) + v[0] * weight + s.long(at + 40));
  const z = wrap(rotate(wrap(state.z + w[0]), 33n) * mul);
  return {
    x: z,
    y,
    z: x,
    v: weak(s, at, wrap(v[1] * mul), wrap(x + w[0])),
    w: weak(s, at + 32, wrap(z + w[1]), wrap(y + s.long(at + 16))),
  };
}

function longest(s: Words, length: number): bigint {
  const seed = 81n;
  const y = wrap(seed * K1 + 113n);
  const z = wrap(mix(wrap(y * K2 + 113n)) * K2);
  let state: Rounds = { x: wrap(seed * K2 + s.long(0)), y, z, v: [0n, 0n], w: [0n, 0n] };
  const end = Math.floor((length - 1) / 64) * 64;
  for (let at = 0; at < end; at += 64) state = round(s, at, state, K1, false);
  const mul = wrap(K1 + ((state.z & 0xffn) << 1n));
  const rest = BigInt((length - 1) & 63);
  const w0 = wrap(state.w[0] + rest);
  const v0 = wrap(state.v[0] + w0);
  const joined: Rounds = { ...state, v: [v0, state.v[1]], w: [wrap(w0 + v0), state.w[1]] };
  const last = round(s, length - 64, joined, mul, true);
  const left = wrap(hash16(last.v[0], last.w[0], mul) + mix(last.y) * K0 + last.z);
  return hash16(left, wrap(hash16(last.v[1], last.w[1], mul) + last.x), mul);
}

/** Joins two fingerprints to one; equals TensorFlow's `FingerprintCat64`. */
export function concatenateFingerprints(first: bigint, second: bigint): bigint {
  const mul = 0xc6a4a7935bd1e995n;
  let result = first ^ mul;
  result ^= wrap(mix(wrap(second * mul)) * mul);
  result = wrap(mix(wrap(result * mul)) * mul);
  return mix(result);
}
