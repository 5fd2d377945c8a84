import { type PolicyLike, toPolicy } from '../../engine/policy.ts';

function isInteger(given: PolicyLike): boolean {
  const name = toPolicy(given).compute_dtype;
  return name !== null && /^u?int\d+$/.test(name);
}

/** Returns the dtype of a layer that gives whole numbers or encodes them; files of old releases note a floating one. */
export function encodingDType(given: PolicyLike, mode: string): PolicyLike {
  if (mode !== 'int') return given ?? 'float32';
  return given && isInteger(given) ? given : 'int64';
}

/**
 * Returns the dtype of a layer that gives whole numbers or encodes them.
 * @throws RangeError for whole numbers in a floating dtype.
 */
export function strictEncodingDType(given: PolicyLike, mode: string, owner: string): PolicyLike {
  if (!given || mode !== 'int' || isInteger(given)) return encodingDType(given, mode);
  throw new RangeError(
    `${owner}: the dtype of the output_mode 'int' is an integer one, not ${toPolicy(given).name}.`,
  );
}
