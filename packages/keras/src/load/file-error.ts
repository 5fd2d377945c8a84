import { isKmError, MalformedError, messageOf } from '@km/core';

/**
 * Runs a step that builds objects from what a file says: an argument that a class refuses is then the file's mistake and
 * not the caller's.
 * @throws MalformedError in place of TypeError and RangeError; other errors as they are.
 */
export function fromFile<T>(what: string, source: string | undefined, step: () => T): T {
  try {
    return step();
  } catch (error) {
    if (isKmError(error) || !(error instanceof TypeError || error instanceof RangeError))
      throw error;
    throw new MalformedError(
      `${source ?? 'The file'} has ${what} that does not hold: ${messageOf(error)}`,
      source === undefined ? { cause: error } : { source, cause: error },
    );
  }
}
