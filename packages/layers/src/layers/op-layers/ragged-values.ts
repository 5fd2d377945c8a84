/*
 * Functions of TensorFlow that work on each value, or on what stands behind the ragged axes: of a ragged tensor they
 * take the values, and the rows stay.
 */

const MATH =
  'abs acos acosh add add_n add_v2 angle asin asinh atan atan2 atanh ceil conj cos cosh digamma div_no_nan divide ' +
  'eq equal erf erfc erfcinv erfinv exp expm1 floor floordiv floormod greater greater_equal imag is_finite is_inf is_nan ' +
  'less less_equal lgamma log log1p log_sigmoid logical_and logical_not logical_or logical_xor maximum minimum mod ' +
  'multiply multiply_no_nan ndtri ne negative nextafter not_equal pow real realdiv reciprocal reciprocal_no_nan rint ' +
  'round rsqrt scalar_mul sigmoid sign sin sinh softplus softsign sqrt square squared_difference subtract tan tanh ' +
  'truediv truncatediv truncatemod xdivy xlog1py xlogy zeta';

const ARRAYS =
  'bitcast cast check_numerics clip_by_value complex identity one_hot ones_like saturate_cast stop_gradient where ' +
  'where_v2 zeros_like';

const NN =
  'dropout elu gelu leaky_relu relu relu6 selu sigmoid_cross_entropy_with_logits silu softplus softsign swish';

const STRINGS =
  'as_string join length lower regex_full_match regex_replace strip substr to_hash_bucket to_hash_bucket_fast ' +
  'to_hash_bucket_strong to_number upper';

const BITS = 'bitwise_and bitwise_or bitwise_xor invert left_shift right_shift';

const OF_VALUES: ReadonlySet<string> = new Set(
  [MATH, ARRAYS, NN, STRINGS, BITS].flatMap((names) => names.split(' ')),
);

/** True for a function that takes the values of ragged tensors. */
export function worksOnValues(symbol: string): boolean {
  if (/^(ragged|sparse|linalg|image|signal)\./.test(symbol)) return false;
  return OF_VALUES.has(
    symbol
      .split('.')
      .at(-1)
      ?.replace(/^__|__$/g, '') ?? '',
  );
}
