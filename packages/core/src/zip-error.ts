import { ChecksumError, isKmError, MalformedError, messageOf, UnsupportedError } from './errors.ts';

/** Turns a failure of the zip library into an error of ours; errors of ours stay as they are. */
export function zipError(error: unknown, source: string): Error {
  if (isKmError(error)) return error;
  const reason = messageOf(error);
  const options = { source, cause: error };
  if (/crc/i.test(reason)) {
    return new ChecksumError(`${source}: the checksum differs; the archive is damaged.`, options);
  }
  if (/encrypt|password|unsupported|compression method/i.test(reason)) {
    return new UnsupportedError(`${source}: ${reason}; zip it again without that.`, options);
  }
  return new MalformedError(
    `${source} is no intact zip archive: ${reason}. Is it complete, and is it a zip?`,
    options,
  );
}
