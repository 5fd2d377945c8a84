/**
 * Computes FarmHash's `Fingerprint64`, by which TensorFlow fingerprints SavedModels
 * (github.com/google/farmhash, namespace `farmhashna`).
 */
export function fingerprint64(bytes: Uint8Array): bigint {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const { length } = bytes;
  if (length <= 16) return shortHash(bytes, view);
  if (length <= 32) return hashTo32(view);
  return length <= 64 ? hashTo64(view) : longHash(view);
}

const K0 = 0xc3a5c85c97cb3127n;
const K1 = 0xb492b66fbe98f273n;
const K2 = 0x9ae16a3b2f90404fn;

type Pair = readonly [bigint, bigint];

function wrap(value: bigint): bigint {
  return BigInt.asUintN(64, value);
}

function rotate(value: bigint, by: bigint): bigint {
  const wrapped = wrap(value);
  return wrap((wrapped >> by) | (wrapped << (64n - by)));
}

function shiftMix(value: bigint): bigint {
  return value ^ (value >> 47n);
}

function fetch(view: DataView, at: number): bigint {
  return view.getBigUint64(at, true);
}

function hash16(u: bigint, v: bigint, factor: bigint): bigint {
  const a = shiftMix(wrap((u ^ v) * factor));
  const b = shiftMix(wrap((v ^ a) * factor));
  return wrap(b * factor);
}

function factorOf(view: DataView): bigint {
  return wrap(K2 + BigInt(view.byteLength) * 2n);
}

function shortHash(bytes: Uint8Array, view: DataView): bigint {
  const { length } = bytes;
  const factor = factorOf(view);
  if (length >= 8) {
    const a = wrap(fetch(view, 0) + K2);
    const b = fetch(view, length - 8);
    const c = wrap(rotate(b, 37n) * factor + a);
    const d = wrap((rotate(a, 25n) + b) * factor);
    return hash16(c, d, factor);
  }
  if (length >= 4) {
    const first = BigInt(view.getUint32(0, true));
    const last = BigInt(view.getUint32(length - 4, true));
    return hash16(wrap(BigInt(length) + (first << 3n)), last, factor);
  }
  if (length === 0) return K2;
  const byte = (at: number): bigint => BigInt(bytes[at] ?? 0);
  const y = byte(0) + (byte(length >> 1) << 8n);
  const z = BigInt(length) + (byte(length - 1) << 2n);
  return wrap(shiftMix(wrap(y * K2) ^ wrap(z * K0)) * K2);
}

function hashTo32(view: DataView): bigint {
  const { byteLength } = view;
  const factor = factorOf(view);
  const a = wrap(fetch(view, 0) * K1);
  const b = fetch(view, 8);
  const c = wrap(fetch(view, byteLength - 8) * factor);
  const d = wrap(fetch(view, byteLength - 16) * K2);
  const u = wrap(rotate(a + b, 43n) + rotate(c, 30n) + d);
  return hash16(u, wrap(a + rotate(b + K2, 18n) + c), factor);
}

function hashTo64(view: DataView): bigint {
  const { byteLength } = view;
  const factor = factorOf(view);
  const a = wrap(fetch(view, 0) * K2);
  const b = fetch(view, 8);
  const c = wrap(fetch(view, byteLength - 8) * factor);
  const d = wrap(fetch(view, byteLength - 16) * K2);
  const y = wrap(rotate(a + b, 43n) + rotate(c, 30n) + d);
  const z = hash16(y, wrap(a + rotate(b + K2, 18n) + c), factor);
  const e = wrap(fetch(view, 16) * factor);
  const f = fetch(view, 24);
  const g = wrap((y + fetch(view, byteLength - 32)) * factor);
  const h = wrap((z + fetch(view, byteLength - 24)) * factor);
  const u = wrap(rotate(e + f, 43n) + rotate(g, 30n) + h);
  return hash16(u, wrap(e + rotate(f + a, 18n) + g), factor);
}

function weakHash32(view: DataView, at: number, seedA: bigint, seedB: bigint): Pair {
  const w = fetch(view, at);
  const z = fetch(view, at + 24);
  const start = wrap(seedA + w);
  const b = rotate(seedB + start + z, 21n);
  const a = wrap(start + fetch(view, at + 8) + fetch(view, at + 16));
  return [wrap(a + z), wrap(b + rotate(a, 44n) + start)];
}

interface State {
  readonly x: bigint;
  readonly y: bigint;
  readonly z: bigint;
  readonly v: Pair;
  readonly w: Pair;
}

/** One block of 64 bytes; the last one has factors of its own. */
function mixBlock(
  view: DataView,
  at: number,
  { x: x0, y: y0, z: z0, v: v0, w: w0 }: State,
  factor: bigint,
  [ninefold, single]: Pair,
): State {
  const x =
    wrap(rotate(x0 + y0 + v0[0] + fetch(view, at + 8), 37n) * factor) ^ wrap(w0[1] * ninefold);
  const y = wrap(
    rotate(y0 + v0[1] + fetch(view, at + 48), 42n) * factor + v0[0] * single + fetch(view, at + 40),
  );
  const z = wrap(rotate(z0 + w0[0], 33n) * factor);
  const v = weakHash32(view, at, wrap(v0[1] * factor), wrap(x + w0[0]));
  const w = weakHash32(view, at + 32, wrap(z + w0[1]), wrap(y + fetch(view, at + 16)));
  return { x: z, y, z: x, v, w };
}

function longHash(view: DataView): bigint {
  const seed = 81n;
  const y0 = wrap(seed * K1 + 113n);
  let state: State = {
    x: wrap(seed * K2 + fetch(view, 0)),
    y: y0,
    z: wrap(shiftMix(wrap(y0 * K2 + 113n)) * K2),
    v: [0n, 0n],
    w: [0n, 0n],
  };
  const { byteLength } = view;
  const end = Math.floor((byteLength - 1) / 64) * 64;
  for (let at = 0; at < end; at += 64) state = mixBlock(view, at, state, K1, [1n, 1n]);
  const factor = wrap(K1 + ((state.z & 0xffn) << 1n));
  const rest = (byteLength - 1) & 63;
  const w0 = wrap(state.w[0] + BigInt(rest));
  const v0 = wrap(state.v[0] + w0);
  const last: State = { ...state, v: [v0, state.v[1]], w: [wrap(w0 + v0), state.w[1]] };
  const { x, y, z, v, w } = mixBlock(view, end + rest - 63, last, factor, [9n, 9n]);
  return hash16(
    wrap(hash16(v[0], w[0], factor) + shiftMix(y) * K0 + z),
    wrap(hash16(v[1], w[1], factor) + x),
    factor,
  );
}
