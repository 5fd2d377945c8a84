/** Edges that lead to functions and lists which Keras adds to the parts of a layer. */
export const KERAS_EDGES: ReadonlySet<string> = new Set([
  'variables',
  'trainable_variables',
  'non_trainable_variables',
  'regularization_losses',
  'keras_api',
  'signatures',
  'optimizer',
  '_default_save_signature',
  '__call__',
  'call_and_return_all_conditional_losses',
  'call_and_return_conditional_losses',
]);
