import { LimitError } from '@km/core';
import type { ResourceContainer } from './resource-container.ts';

/** Most nodes that one call runs, its loops and inner calls included; a second of work is about a million. */
export const MAX_STEPS = 200_000_000;

/** What the kernels of one call share. */
export class Run {
  readonly resources: ResourceContainer;
  /** Receives what `Print` and `PrintV2` print. */
  readonly print: (text: string, stream: string) => void;
  #budget: number;
  readonly #cleanups: (() => void)[] = [];

  constructor(
    resources: ResourceContainer,
    print: (text: string, stream: string) => void,
    budget: number = MAX_STEPS,
  ) {
    this.resources = resources;
    this.print = print;
    this.#budget = budget;
  }

  /** Accounts for nodes that are going to run. @throws LimitError when a graph runs on and on. */
  spend(steps: number): void {
    this.#budget -= steps + 1;
    if (this.#budget >= 0) return;
    throw new LimitError(
      'A graph has run too many nodes: it loops without end, or its calls multiply.',
    );
  }

  /** Has something done when the call ends. */
  onEnd(cleanup: () => void): void {
    this.#cleanups.push(cleanup);
  }

  /** Ends the call. */
  end(): void {
    for (const cleanup of this.#cleanups.splice(0)) cleanup();
  }
}
