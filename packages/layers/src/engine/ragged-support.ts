import type { Layer } from './layer.ts';
import { findProviders } from './providers.ts';
import { getClassName } from './registry.ts';

/**
 * How a layer takes ragged tensors: `values` applies it to the values, whose rows stay; `inner` does so where the
 * values have axes of their own; `steps` pads the rows and masks what was added; `rows` has a `call` that knows of
 * rows; `objects` gets them as `RaggedTensor`, as classes of users do; `refused` as in Keras, where such a call fails.
 */
export type RaggedSupport = 'values' | 'inner' | 'steps' | 'rows' | 'objects' | 'refused';

/** Built-in classes that take ragged tensors. */
const SUPPORT: Readonly<Record<string, RaggedSupport>> = {
  Activation: 'values',
  ActivityRegularization: 'values',
  Add: 'values',
  AlphaDropout: 'values',
  Average: 'values',
  Bidirectional: 'steps',
  CategoryEncoding: 'rows',
  ClassMethod: 'rows',
  Concatenate: 'rows',
  Dense: 'inner',
  Discretization: 'values',
  Dropout: 'values',
  ELU: 'values',
  Embedding: 'values',
  Flatten: 'rows',
  Functional: 'rows',
  GaussianDropout: 'values',
  GaussianNoise: 'values',
  GlobalAveragePooling1D: 'rows',
  GlobalMaxPooling1D: 'rows',
  GRU: 'steps',
  Hashing: 'rows',
  Identity: 'values',
  InputLayer: 'rows',
  InstanceMethod: 'rows',
  InstanceProperty: 'rows',
  IntegerLookup: 'rows',
  Lambda: 'objects',
  LayerNormalization: 'inner',
  LeakyReLU: 'values',
  LSTM: 'steps',
  Masking: 'inner',
  Maximum: 'values',
  Minimum: 'values',
  Model: 'rows',
  Multiply: 'values',
  ReLU: 'values',
  Rescaling: 'values',
  Reshape: 'rows',
  RNN: 'steps',
  Sequential: 'rows',
  SimpleRNN: 'steps',
  SlicingOpLambda: 'rows',
  Softmax: 'values',
  SpatialDropout1D: 'steps',
  StringLookup: 'rows',
  Subtract: 'values',
  TextVectorization: 'rows',
  TFOpLambda: 'rows',
  ThresholdedReLU: 'values',
  TimeDistributed: 'rows',
};

const known = new WeakMap<object, RaggedSupport>();

/** How a layer takes ragged tensors: by the nearest class with a `call` of its own. */
export function raggedSupport(layer: Layer): RaggedSupport {
  const found = known.get(layer.constructor);
  if (found !== undefined) return found;
  const support = findSupport(layer);
  known.set(layer.constructor, support);
  return support;
}

function findSupport(layer: Layer): RaggedSupport {
  const builtIn = new Set<unknown>(findProviders()?.layers().values() ?? []);
  for (
    let prototype: object | null = Object.getPrototypeOf(layer);
    prototype !== null;
    prototype = Object.getPrototypeOf(prototype)
  ) {
    const made = prototype.constructor;
    if (builtIn.has(made)) return SUPPORT[getClassName(made)] ?? 'refused';
    if (Object.hasOwn(prototype, 'call')) return 'objects';
  }
  return 'objects';
}
