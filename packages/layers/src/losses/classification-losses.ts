import { BuiltInLoss } from './built-in.ts';
import { binary_crossentropy, categorical_crossentropy } from './crossentropy.ts';
import { binary_focal_crossentropy, categorical_focal_crossentropy } from './focal.ts';
import { categorical_hinge, hinge, squared_hinge } from './hinge.ts';
import type { LossConfig } from './loss.ts';
import { sparse_categorical_crossentropy } from './sparse-crossentropy.ts';

/** Computes the mean of `max(1 − y · ŷ, 0)`. */
export class Hinge extends BuiltInLoss {
  static override readonly className: string = 'Hinge';
  constructor(config: LossConfig = {}) {
    super(config, { fn: hinge, fn_name: 'hinge' });
  }
}

/** Computes the mean of the squares of `max(1 − y · ŷ, 0)`. */
export class SquaredHinge extends BuiltInLoss {
  static override readonly className: string = 'SquaredHinge';
  constructor(config: LossConfig = {}) {
    super(config, { fn: squared_hinge, fn_name: 'squared_hinge' });
  }
}

/** Computes the margin between the right class and the best of the others. */
export class CategoricalHinge extends BuiltInLoss {
  static override readonly className: string = 'CategoricalHinge';
  constructor(config: LossConfig = {}) {
    super(config, { fn: categorical_hinge, fn_name: 'categorical_hinge' });
  }
}

/** Arguments of `BinaryCrossentropy` and `CategoricalCrossentropy`. */
export interface CrossentropyConfig extends LossConfig {
  readonly from_logits?: boolean;
  readonly label_smoothing?: number;
  readonly axis?: number;
}

const crossentropyKwargs = (
  config: CrossentropyConfig,
): { from_logits: boolean; label_smoothing: number; axis: number } => ({
  from_logits: config.from_logits ?? false,
  label_smoothing: config.label_smoothing ?? 0,
  axis: config.axis ?? -1,
});

/** Computes the crossentropy of yes-or-no predictions. */
export class BinaryCrossentropy extends BuiltInLoss {
  static override readonly className: string = 'BinaryCrossentropy';
  constructor(config: CrossentropyConfig = {}) {
    const kwargs = crossentropyKwargs(config);
    super(config, {
      fn: (y_true, y_pred) => binary_crossentropy(y_true, y_pred, kwargs),
      fn_name: 'binary_crossentropy',
      kwargs,
    });
  }
}

/** Computes the crossentropy of class distributions. */
export class CategoricalCrossentropy extends BuiltInLoss {
  static override readonly className: string = 'CategoricalCrossentropy';
  constructor(config: CrossentropyConfig = {}) {
    const kwargs = crossentropyKwargs(config);
    super(config, {
      fn: (y_true, y_pred) => categorical_crossentropy(y_true, y_pred, kwargs),
      fn_name: 'categorical_crossentropy',
      kwargs,
    });
  }
}

/** Arguments of `CategoricalFocalCrossentropy`. */
export interface FocalConfig extends CrossentropyConfig {
  readonly alpha?: number;
  readonly gamma?: number;
}

/** Computes the crossentropy of class distributions in which well predicted samples count less. */
export class CategoricalFocalCrossentropy extends BuiltInLoss {
  static override readonly className: string = 'CategoricalFocalCrossentropy';
  constructor(config: FocalConfig = {}) {
    const { alpha = 0.25, gamma = 2 } = config;
    const kwargs = { alpha, gamma, ...crossentropyKwargs(config) };
    super(config, {
      fn: (y_true, y_pred) => categorical_focal_crossentropy(y_true, y_pred, kwargs),
      fn_name: 'categorical_focal_crossentropy',
      kwargs,
    });
  }
}

/** Arguments of `BinaryFocalCrossentropy`. */
export interface BinaryFocalConfig extends FocalConfig {
  readonly apply_class_balancing?: boolean;
}

/** Computes the crossentropy of yes-or-no predictions in which well predicted samples count less. */
export class BinaryFocalCrossentropy extends BuiltInLoss {
  static override readonly className: string = 'BinaryFocalCrossentropy';
  constructor(config: BinaryFocalConfig = {}) {
    const { apply_class_balancing = false, alpha = 0.25, gamma = 2 } = config;
    const kwargs = { apply_class_balancing, alpha, gamma, ...crossentropyKwargs(config) };
    super(config, {
      fn: (y_true, y_pred) => binary_focal_crossentropy(y_true, y_pred, kwargs),
      fn_name: 'binary_focal_crossentropy',
      kwargs,
    });
  }
}

/** Arguments of `SparseCategoricalCrossentropy`. */
export interface SparseCrossentropyConfig extends LossConfig {
  readonly from_logits?: boolean;
  readonly ignore_class?: number | null;
}

/** Computes the crossentropy of class distributions whose labels are class numbers. */
export class SparseCategoricalCrossentropy extends BuiltInLoss {
  static override readonly className: string = 'SparseCategoricalCrossentropy';
  constructor(config: SparseCrossentropyConfig = {}) {
    const { from_logits = false, ignore_class = null } = config;
    const kwargs = { from_logits, ignore_class };
    super(config, {
      fn: (y_true, y_pred) => sparse_categorical_crossentropy(y_true, y_pred, kwargs),
      fn_name: 'sparse_categorical_crossentropy',
      kwargs,
    });
  }
}
