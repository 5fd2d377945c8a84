/**
 * A 64-bit field as a number.
 * @throws RangeError when a number cannot hold it exactly.
 */
export function toSafeInteger(value: bigint): number {
  const result = Number(value);
  if (!Number.isSafeInteger(result)) throw new RangeError(`${String(value)} exceeds 2^53 - 1`);
  return result;
}
