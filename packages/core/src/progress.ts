import type { ReadOptions } from './source.ts';

/** Reports that more bytes are done. */
export type Advance = (bytes: number) => void;

/**
 * Makes a function that adds up bytes and reports them as progress of one stage; each call also throws the
 * signal's reason when the operation is cancelled.
 */
export function progressOf(
  options: ReadOptions | undefined,
  stage: string,
  total?: number,
): Advance {
  let done = 0;
  return (bytes) => {
    options?.signal?.throwIfAborted();
    done += bytes;
    options?.onProgress?.(total === undefined ? { stage, done } : { stage, done, total });
  };
}
