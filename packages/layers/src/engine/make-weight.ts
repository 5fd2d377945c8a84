import type { DType, Tensor as TensorRecord } from '@km/core';
import { getConstraint, getInitializer, getRegularizer } from './families.ts';
import { isFloating } from './flat.ts';
import type { WeightOptions } from './layer-options.ts';
import { scopedName } from './names.ts';
import type { Initializer } from './types.ts';
import { Variable } from './variable.ts';

/** Keras's choice where a weight is given no initializer. */
function defaultInitializer(options: WeightOptions, dtype: DType, layerName: string): Initializer {
  if (dtype !== 'string' && !dtype.startsWith('complex')) {
    const initializer = getInitializer(isFloating(dtype) ? 'glorot_uniform' : 'zeros');
    if (initializer !== null) return initializer;
  }
  throw new TypeError(
    `An initializer for variable ${options.name} of type ${dtype} is required for layer ${layerName}.`,
  );
}

/** Makes the variable of a weight; the open name scopes come before its name. */
export function makeWeight(options: WeightOptions, dtype: DType, layerName: string): Variable {
  const initializer =
    getInitializer(options.initializer) ?? defaultInitializer(options, dtype, layerName);
  const onRead = options.synchronization === 'on_read';
  if (onRead && options.trainable === true) {
    throw new TypeError(
      'Synchronization value can be set to VariableSynchronization.ON_READ only for non-trainable variables.',
    );
  }
  const shape = options.shape ?? [];
  const draw = (): TensorRecord => initializer.call(shape, dtype);
  // Loading a model replaces all first values, so those that may wait are not computed before they are needed.
  const waits = initializer.prepare?.(shape, dtype) === true;
  return new Variable(waits ? { shape, dtype, draw } : draw(), {
    name: scopedName(options.name),
    trainable: onRead ? false : (options.trainable ?? true),
    autocast: options.experimental_autocast ?? true,
    regularizer: getRegularizer(options.regularizer),
    constraint: getConstraint(options.constraint),
  });
}
