/** Stable identifiers of every failure that `@km` packages report. */
export type KmErrorCode =
  | 'KM_TRUNCATED'
  | 'KM_MALFORMED'
  | 'KM_CHECKSUM'
  | 'KM_UNSUPPORTED'
  | 'KM_NOT_FOUND'
  | 'KM_LIMIT'
  | 'KM_IO'
  | 'KM_MISSING_BACKEND';

/** What every error may carry besides its message. */
export interface KmErrorOptions extends ErrorOptions {
  /** File, key or URL in which the failure was found. */
  readonly source?: string;
  /** Byte offset, in `source`, at which the failure was found. */
  readonly offset?: number;
  /** Path inside a structure, such as `config.layers[3].config.units`. */
  readonly path?: string;
}

/** Base of every error that `@km` packages throw; its message says what, where, and what to do. */
export abstract class KmError<Code extends KmErrorCode = KmErrorCode> extends Error {
  abstract readonly code: Code;
  /** File, key or URL in which the failure was found. */
  readonly source: string | undefined;
  /** Byte offset, in `source`, at which the failure was found. */
  readonly offset: number | undefined;
  /** Path inside a structure, such as `config.layers[3].config.units`. */
  readonly path: string | undefined;
  constructor(message: string, options: KmErrorOptions = {}) {
    super(message, options);
    this.source = options.source;
    this.offset = options.offset;
    this.path = options.path;
  }
}

/** Bytes ended before a value was complete. */
export class TruncatedError extends KmError<'KM_TRUNCATED'> {
  override readonly name: string = 'TruncatedError';
  readonly code = 'KM_TRUNCATED' as const;
}

/** Bytes or text do not follow their format. */
export class MalformedError extends KmError<'KM_MALFORMED'> {
  override readonly name: string = 'MalformedError';
  readonly code = 'KM_MALFORMED' as const;
}

/** A stored checksum differs from that of the bytes read. */
export class ChecksumError extends KmError<'KM_CHECKSUM'> {
  override readonly name: string = 'ChecksumError';
  readonly code = 'KM_CHECKSUM' as const;
}

/** A valid input uses something that this version does not handle. */
export class UnsupportedError extends KmError<'KM_UNSUPPORTED'> {
  override readonly name: string = 'UnsupportedError';
  readonly code = 'KM_UNSUPPORTED' as const;
}

/** A file, key, tensor, layer or class does not exist. */
export class NotFoundError extends KmError<'KM_NOT_FOUND'> {
  override readonly name: string = 'NotFoundError';
  readonly code = 'KM_NOT_FOUND' as const;
}

/** An input asks for more than the named cap allows. */
export class LimitError extends KmError<'KM_LIMIT'> {
  override readonly name: string = 'LimitError';
  readonly code = 'KM_LIMIT' as const;
}

/** The disk or the network failed. */
export class IoError extends KmError<'KM_IO'> {
  override readonly name: string = 'IoError';
  readonly code = 'KM_IO' as const;
}

/** An optional package that the operation needs is not installed; `ImportError` in Python. */
export class MissingBackendError extends KmError<'KM_MISSING_BACKEND'> {
  override readonly name: string = 'MissingBackendError';
  readonly code = 'KM_MISSING_BACKEND' as const;
}

/** True for an error thrown by any copy (ES module or CommonJS) of an `@km` package. */
export function isKmError<Code extends KmErrorCode>(
  value: unknown,
  code?: Code,
): value is KmError<Code> {
  const found = fieldOf(value, 'code');
  return code === undefined ? found?.startsWith('KM_') === true : found === code;
}

/** Reads a text field of a thrown value, such as `message`, `name` or `code`, whatever realm it comes from. */
export function fieldOf(thrown: unknown, field: string): string | undefined {
  if (typeof thrown !== 'object' || thrown === null) return undefined;
  const value: unknown = Reflect.get(thrown, field);
  return typeof value === 'string' ? value : undefined;
}

/** Message of a thrown value. */
export function messageOf(thrown: unknown): string {
  return fieldOf(thrown, 'message') ?? String(thrown);
}
