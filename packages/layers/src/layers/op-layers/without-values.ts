import { UnsupportedError } from '@km/core';
import { isMetaBackend, isTracing } from '@km/graph';

/** True while only shapes are being worked out, and nothing is noted of how. */
export function onlyShapes(): boolean {
  return isMetaBackend() && !isTracing();
}

/**
 * True while only shapes are being worked out, of what depends on values.
 * @throws UnsupportedError in a function that is traced, which has no values either.
 */
export function lacksValues(what: string): boolean {
  if (!isTracing()) return isMetaBackend();
  throw new UnsupportedError(
    `${what} cannot be written into a graph here. Save with save_traces=false, which keeps configurations only.`,
  );
}
