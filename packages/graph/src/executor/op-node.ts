import type { NameAttrList } from '@km/proto/saved-model';
import type { Attrs } from './attrs.ts';
import type { Compiled } from './compiled.ts';
import type { GraphDType } from './dtype.ts';
import type { Run } from './run.ts';
import type { Value } from './values.ts';

/** Computes the outputs of a node; a list when the op has several outputs or a list of them. */
export type Kernel = (inputs: readonly Value[], run: Run) => Value | readonly Value[];

/**
 * Who frees an output: `owned` outputs are freed after their last use, `borrowed` ones belong to somebody else, and a
 * number says that the output is the input of that index.
 */
export type Ownership = 'owned' | 'borrowed' | number;

/** A kernel that does not own all of its outputs. */
export interface PlannedKernel {
  /** Missing when no output needs any work. */
  readonly kernel?: Kernel;
  /** Values of the outputs, when they never change. */
  readonly constants?: readonly Value[];
  /** One per output. */
  readonly outputs: readonly Ownership[];
}

/** What is known of a node when its kernel is made. */
export interface OpNode {
  readonly name: string;
  readonly op: string;
  readonly attrs: Attrs;
  readonly inputTypes: readonly GraphDType[];
  readonly outputTypes: readonly GraphDType[];
  /** Names the node, its op and its function in messages. */
  readonly where: string;
  /** Compiles a function that the node calls. @throws UnsupportedError for ops unknown, MalformedError for recursion. */
  compile(function_: NameAttrList): Compiled;
}

/** Makes the kernel of a node once, when the function that holds it is compiled. */
export type OpBuilder = (node: OpNode) => Kernel | PlannedKernel;

/** Ops by name. */
export type OpFamily = Readonly<Record<string, OpBuilder>>;
