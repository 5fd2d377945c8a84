import type { GraphDType } from './dtype.ts';
import type { Run } from './run.ts';
import type { Value } from './values.ts';

/** Where a result of a function comes from: the caller owns it, somebody else does, or it is the argument of an index. */
export type ResultOrigin = 'owned' | 'borrowed' | number;

/** A function that is ready to run. */
export interface Compiled {
  readonly name: string;
  readonly argTypes: readonly GraphDType[];
  readonly resultTypes: readonly GraphDType[];
  readonly origins: readonly ResultOrigin[];
  /** Runs it; arguments stay the caller's, results are as `origins` says. */
  run(args: readonly Value[], run: Run): Value[];
}
