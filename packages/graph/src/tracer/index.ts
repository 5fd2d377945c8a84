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
export { FunctionLibrary, type SharedFunction, type TraceOptions } from './library.ts';
export type { TracedStep } from './recorder.ts';
export type { AssignMode, Callee } from './records.ts';
export type { TraceableFunction } from './run-once.ts';
export { trace } from './trace.ts';
export type {
  OpenLength,
  TracedFunction,
  TracedHandle,
  TracedInput,
  TracedOutput,
  TracedResource,
  TracedVariable,
  TraceSpec,
} from './types.ts';
