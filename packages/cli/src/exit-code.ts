import { isKmError, type KmErrorCode } from '@km/core';
import { UsageError } from './usage-error.ts';

/** What the exit codes of `km` mean. */
export const EXIT_CODES = {
  ok: 0,
  /** `km verify` found something wrong, `km diff` a difference, or a command failed in a way that no other code names. */
  failed: 1,
  /** The command line, or an array file it names, does not fit the command or the model. */
  usage: 2,
  notFound: 3,
  /** A file is truncated, malformed, hostile, or its checksums differ. */
  damaged: 4,
  /** The file is valid, but uses what this version does not handle. */
  unsupported: 5,
  /** The disk or the network failed. */
  io: 6,
  /** Interrupted with Ctrl-C. */
  interrupted: 130,
} as const;

const BY_CODE: Readonly<Record<KmErrorCode, number>> = {
  KM_TRUNCATED: EXIT_CODES.damaged,
  KM_MALFORMED: EXIT_CODES.damaged,
  KM_CHECKSUM: EXIT_CODES.damaged,
  KM_LIMIT: EXIT_CODES.damaged,
  KM_UNSUPPORTED: EXIT_CODES.unsupported,
  KM_MISSING_BACKEND: EXIT_CODES.unsupported,
  KM_NOT_FOUND: EXIT_CODES.notFound,
  KM_IO: EXIT_CODES.io,
};

/** The exit code of a thrown value. */
export function exitCodeOf(error: unknown): number {
  if (error instanceof UsageError) return EXIT_CODES.usage;
  if (isKmError(error)) return BY_CODE[error.code];
  return EXIT_CODES.failed;
}
