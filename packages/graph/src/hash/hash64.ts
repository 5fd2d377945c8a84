const MULTIPLIER = 0xc6a4a7935bd1e995n;
const SEED = 0xdecafcaffen;

const wrap = (x: bigint): bigint => BigInt.asUintN(64, x);

/** Hash of bytes that `StringToHashBucket` uses: MurmurHash64A, as tensorflow/core/platform/hash.cc seeds it. */
export function hash64(bytes: Uint8Array): bigint {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let hash = wrap(SEED ^ (BigInt(bytes.length) * MULTIPLIER));
  const words = bytes.length >> 3;
  for (let i = 0; i < words; i++) {
    let word = wrap(view.getBigUint64(8 * i, true) * MULTIPLIER);
    word = wrap((word ^ (word >> 47n)) * MULTIPLIER);
    hash = wrap((hash ^ word) * MULTIPLIER);
  }
  const rest = bytes.subarray(8 * words);
  if (rest.length > 0) {
    const tail = rest.reduceRight((value, byte) => (value << 8n) | BigInt(byte), 0n);
    hash = wrap((hash ^ tail) * MULTIPLIER);
  }
  hash = wrap((hash ^ (hash >> 47n)) * MULTIPLIER);
  return hash ^ (hash >> 47n);
}
