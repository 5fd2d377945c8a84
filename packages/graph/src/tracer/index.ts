export {
  isTracing,
  type TracedOp,
  tracedAssign,
  tracedCall,
  tracedLength,
  tracedLoop,
  tracedOp,
  tracedRead,
  whenRunEnds,
} from './active.ts';
export type { AdoptedFunctions, AdoptedGradient } from './adopted-functions.ts';
export { ChangedArguments } from './changed-arguments.ts';
export type { FunctionOrigin, Renaming } from './function-names.ts';
export { FunctionLibrary, type SharedFunction, type TraceOptions } from './library.ts';
export type { TracedStep } from './recorder.ts';
export type { AssignMode, Callee } from './records.ts';
export type { TraceableFunction } from './run-once.ts';
export { trace } from './trace.ts';
export type {
  CalledFunction,
  OpenLength,
  TracedFunction,
  TracedHandle,
  TracedInput,
  TracedOutput,
  TracedResource,
  TracedVariable,
  TraceSpec,
} from './types.ts';
