import { isKmError, UnsupportedError } from '@km/core';
import { withMetaBackend } from '../meta/index.ts';
import { InlineRequest } from './frames.ts';
import { FunctionLibrary, type TraceOptions } from './library.ts';
import { describe, type MergedTrace, mergeRuns, RunsDiffer } from './merge.ts';
import type { Callee, Tape } from './records.ts';
import { type RunSettings, runOnce, type TraceableFunction } from './run-once.ts';
import { chooseRuns, type Runs, type Sharing } from './sizes.ts';
import type { CalledFunction, TracedFunction, TraceSpec } from './types.ts';
import { writeFunction } from './write-function.ts';
import { writeLoop } from './write-loop.ts';
import { type FunctionServices, NotWritable } from './write-record.ts';

/** One way of choosing the lengths of unknown axes. */
interface Choice {
  readonly sharing: Sharing;
  readonly evenBatch: boolean;
}

/** Tried in this order when a function fails on its inputs' shapes. */
const CHOICES: readonly Choice[] = [
  { sharing: 'none', evenBatch: false },
  { sharing: 'by_axis', evenBatch: false },
  { sharing: 'none', evenBatch: true },
  { sharing: 'by_axis', evenBatch: true },
];

/**
 * Writes a function of tensors as a function of TensorFlow, for inputs of any length along the unknown axes.
 *
 * The function runs without arithmetic, at several lengths of each unknown axis. Numbers that vary with a length become
 * arithmetic on shapes. Variables that are read or assigned become resources that the function captures.
 *
 * @throws UnsupportedError for what no graph can express: reading values of computed tensors, branches on lengths,
 * sizes that are no sum or product of lengths, kernels without an equal in TensorFlow.
 */
export function trace(
  fn: TraceableFunction,
  specs: readonly TraceSpec[],
  options: TraceOptions = {},
): TracedFunction {
  const library = options.library ?? new FunctionLibrary();
  const { shared } = options;
  const known = shared === undefined ? undefined : library.find(shared, specs);
  if (known !== undefined) return known;
  const inlined = new Set<object>();
  for (;;) {
    try {
      // One switch of backends, which takes tfjs long, serves all runs.
      const traced = withMetaBackend(() =>
        traceWithChoices(fn, specs, { ...options, library }, inlined),
      );
      if (shared !== undefined) library.share(shared, specs, traced);
      return traced;
    } catch (error) {
      if (!(error instanceof InlineRequest) || inlined.has(error.owner)) throw error;
      inlined.add(error.owner);
    }
  }
}

type Settings = TraceOptions & { readonly library: FunctionLibrary };

function traceWithChoices(
  fn: TraceableFunction,
  specs: readonly TraceSpec[],
  options: Settings,
  inlined: ReadonlySet<object>,
): TracedFunction {
  const errors: unknown[] = [];
  for (const { sharing, evenBatch } of usefulChoices(specs)) {
    const settings = { fn, specs, sharing, inlined };
    const runs = chooseRuns(specs, sharing, evenBatch);
    try {
      return traceRuns(settings, runs, options);
    } catch (error) {
      if (error instanceof InlineRequest || isKmError(error)) throw error;
      errors.push(error);
    }
  }
  throw errors[0];
}

/** Other lengths help only where some are unknown. */
function usefulChoices(specs: readonly TraceSpec[]): readonly Choice[] {
  const isOpen = specs.some(({ shape }) => shape.some((length) => typeof length !== 'number'));
  return isOpen ? CHOICES : CHOICES.slice(0, 1);
}

function traceRuns(settings: RunSettings, runs: Runs, options: Settings): TracedFunction {
  const tapes = runs.runs.map((sizes, run) => runOnce(settings, sizes, run));
  const odd = tryOdd(settings, runs);
  const explain = (at: number, message: string, cause: unknown): UnsupportedError => {
    const stack = stackOf(settings, runs, at);
    return new UnsupportedError(
      `${message}\nThe graph cannot be written. The operation was called here:\n${stack}`,
      { cause },
    );
  };
  let merged: MergedTrace;
  try {
    merged = mergeRuns(odd === null ? tapes : [...tapes, odd]);
  } catch (error) {
    if (error instanceof RunsDiffer) {
      throw explain(error.at, `While a function was traced, ${error.message}.`, error);
    }
    throw error;
  }
  try {
    return write(merged, settings, options);
  } catch (error) {
    if (error instanceof NotWritable) {
      const at = merged.places.get(error.record) ?? 0;
      throw explain(at, `${error.message} (${describe(error.record)})`, error);
    }
    throw error;
  }
}

/** Lengths that are divisible by nothing tell more, where the function can do with them. */
function tryOdd(settings: RunSettings, { runs, odd }: Runs): Tape | null {
  if (odd === null) return null;
  try {
    return runOnce(settings, odd, runs.length);
  } catch (error) {
    if (error instanceof InlineRequest) throw error;
    return null;
  }
}

/** Where in the caller's code a record was made: the function runs again up to there. */
function stackOf(settings: RunSettings, { runs }: Runs, at: number): string {
  const request = { at, stack: '' };
  const [sizes] = runs;
  if (sizes !== undefined) runOnce(settings, sizes, 0, request);
  const lines = request.stack.split('\n').slice(1);
  const own = lines.filter((line) => !/tfjs-core|[/\\]tracer[/\\]/.test(line));
  return own.slice(0, MAX_STACK).join('\n');
}

const MAX_STACK = 8;

function write(merged: MergedTrace, { specs }: RunSettings, options: Settings): TracedFunction {
  const { library, outputTypes, shared } = options;
  const base = options.name ?? '__inference_function';
  const loops: string[] = [];
  const services: FunctionServices = {
    callee: (callee, inner) => traceCallee(callee, inner, library),
    define: (kind, make) => {
      const name = library.newName(`${base}_${kind}`);
      const known = library.add(make(name), shared?.owner ?? library);
      if (known === name) loops.push(name);
      return known;
    },
    writeLoop,
  };
  const head = { specs, name: library.newName(base) };
  const types = outputTypes === undefined ? {} : { outputTypes };
  let traced: TracedFunction;
  try {
    traced = writeFunction(merged, { ...head, ...types }, services);
  } catch (error) {
    library.remove(loops);
    throw error;
  }
  if (shared === undefined) {
    library.add(traced.definition);
    return traced;
  }
  const name = library.add(traced.definition, shared.owner, traced.captures);
  const definition = library.definition(name) ?? traced.definition;
  return { ...traced, name, definition };
}

/** Traces the function of a call; where that fails, the caller writes out what it does. */
function traceCallee(
  callee: Callee,
  specs: readonly TraceSpec[],
  library: FunctionLibrary,
): CalledFunction {
  if (callee.given !== undefined) return callee.given(library);
  try {
    return trace((...inputs) => callee.run(inputs), specs, {
      name: `__inference_${callee.name}`,
      library,
      shared: callee,
    });
  } catch {
    throw new InlineRequest(callee.owner);
  }
}
