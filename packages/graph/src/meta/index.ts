export { META, MetaBackend } from './backend.ts';
export { inferShapes, type OpenSpec } from './infer-shapes.ts';
export {
  type MetaInference,
  type MetaInputs,
  type MetaKernel,
  type MetaSpec,
  metaKernel,
} from './kernel.ts';
export { registerMetaBackend, registerMetaKernel } from './register.ts';
export { isMetaBackend, withMetaBackend, withoutMakingUp } from './with-meta-backend.ts';
