export { LoadOptions, type LoadOptionsConfig } from './load/load-options.ts';
export {
  SaveOptions,
  type SaveOptionsConfig,
  type VariablePolicy,
} from './save/saved-model/save-options.ts';
