import type { Progress } from '@km/core';
import type { CliStream } from './io.ts';

/** A bar that hears of progress. */
export interface ProgressBar {
  onProgress(progress: Progress): void;
  /** Removes the bar. */
  stop(): void;
}

/** Work that is done sooner shows no bar. */
const DELAY_MS = 400;

/** Makes a progress bar on a terminal; anywhere else, nothing is shown. */
export async function progressBar(stream: CliStream, quiet: boolean): Promise<ProgressBar> {
  if (quiet || stream.isTTY !== true) return { onProgress: () => {}, stop: () => {} };
  const { default: library } = await import('cli-progress');
  const started = Date.now();
  let bar: InstanceType<typeof library.SingleBar> | undefined;
  return {
    onProgress({ stage, done, total }) {
      if (Date.now() - started < DELAY_MS) return;
      if (bar === undefined) {
        bar = new library.SingleBar({
          format: '{bar} {percentage}% {stage}',
          stream,
          hideCursor: true,
          clearOnComplete: true,
          gracefulExit: false,
        });
        bar.start(total ?? done, done, { stage });
      }
      bar.setTotal(Math.max(total ?? done, 1));
      bar.update(done, { stage });
    },
    stop: () => bar?.stop(),
  };
}
