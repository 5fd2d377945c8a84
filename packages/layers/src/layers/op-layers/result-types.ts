/** Functions that give whole numbers of 64 bits unless a call asks for others. */
const LONG: ReadonlySet<string> = new Set(
  `argmax argmin keras.backend.argmax keras.backend.argmin count_nonzero random.categorical strings.to_hash_bucket
  strings.to_hash_bucket_fast strings.to_hash_bucket_strong keras.backend.ctc_decode`.split(/\s+/),
);

/** Arguments by which a call asks for a type of its result. */
const ASKING: readonly string[] = ['dtype', 'output_type', 'out_type'];

/**
 * Returns the dtype that TensorFlow gives the whole numbers of a function's result, of which tfjs has one type only; null
 * for the type that they have anyway.
 */
export function resultType(symbol: string, args: Readonly<Record<string, unknown>>): string | null {
  const asked = ASKING.map((name) => args[name]).find((value) => typeof value === 'string');
  if (typeof asked === 'string') return asked;
  const plain = symbol.replace(/^compat\.v[12]\./, '').replace(/^math\./, '');
  const places = plain === 'where' && (args.x ?? null) === null;
  return places || LONG.has(plain) ? 'int64' : null;
}
