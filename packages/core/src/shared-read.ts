/** One operation that several callers wait for, each with its own signal. */
export interface SharedRead<T> {
  /** True once nobody waits any more and the operation was cancelled. */
  readonly cancelled: boolean;
  /** The result, for those who do not count as waiting. */
  readonly result: Promise<T>;
  /** Waits for the result; rejects with the signal's reason when that comes first. */
  join(signal?: AbortSignal): Promise<T>;
}

/** Starts an operation for several callers; it is cancelled when all of them have cancelled. */
export function sharedRead<T>(start: (signal: AbortSignal) => Promise<T>): SharedRead<T> {
  const controller = new AbortController();
  const result = start(controller.signal);
  // Each caller hears of a failure through its own promise.
  result.catch(() => undefined);
  let waiting = 0;
  return {
    get cancelled() {
      return controller.signal.aborted;
    },
    result,
    async join(signal) {
      signal?.throwIfAborted();
      waiting++;
      return new Promise<T>((resolve, reject) => {
        const abort = (): void => {
          waiting--;
          if (waiting === 0) controller.abort(signal?.reason);
          reject(signal?.reason);
        };
        signal?.addEventListener('abort', abort, { once: true });
        result.finally(() => signal?.removeEventListener('abort', abort)).then(resolve, reject);
      });
    },
  };
}
