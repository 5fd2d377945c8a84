import { CALLBACKS } from './callbacks.ts';
import { INPUT_LAYERS } from './input-layers.ts';
import { KERNEL_LAYERS } from './kernel-layers.ts';
import { LOSSES } from './losses.ts';
import { METRICS } from './metrics.ts';
import { OPTIMIZERS } from './optimizers.ts';
import { PLAIN_LAYERS } from './plain-layers.ts';
import { PREPROCESSING_LAYERS } from './preprocessing-layers.ts';
import { RECURRENT_LAYERS } from './recurrent-layers.ts';
import type { Subject } from './subject.ts';
import { CONSTRAINTS, INITIALIZERS, REGULARIZERS } from './weight-rules.ts';

/** All classes whose arguments are proven, by Keras's module. */
export const SUBJECTS: ReadonlyMap<string, readonly Subject[]> = new Map([
  [
    'layers',
    [
      ...INPUT_LAYERS,
      ...KERNEL_LAYERS,
      ...RECURRENT_LAYERS,
      ...PLAIN_LAYERS,
      ...PREPROCESSING_LAYERS,
    ],
  ],
  ['optimizers', OPTIMIZERS],
  ['losses', LOSSES],
  ['metrics', METRICS],
  ['initializers', INITIALIZERS],
  ['regularizers', REGULARIZERS],
  ['constraints', CONSTRAINTS],
  ['callbacks', CALLBACKS],
]);
