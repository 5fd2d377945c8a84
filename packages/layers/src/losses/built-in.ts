import { check_keys } from './arguments.ts';
import { type LossConfig, type LossFn, LossFunctionWrapper } from './loss.ts';

/** What a built-in loss is made of. */
export interface BuiltIn {
  readonly fn: LossFn;
  /** Keras's name of the function. */
  readonly fn_name: string;
  /** Name of the loss unless its configuration gives one. */
  readonly name?: string;
  /** The function's keyword arguments as the configuration notes them. */
  readonly kwargs?: Record<string, unknown>;
}

/** Base of the built-in losses: functions of Keras with their arguments. */
export class BuiltInLoss extends LossFunctionWrapper {
  static override readonly className: string = 'LossFunctionWrapper';

  /** @throws TypeError for a key that the loss does not take. */
  constructor(config: LossConfig, { fn, fn_name, name = fn_name, kwargs = {} }: BuiltIn) {
    super({ ...config, name: config.name ?? name, fn, fn_name, kwargs });
    check_keys(new.target.className, config, ['reduction', 'name', 'fn', ...Object.keys(kwargs)]);
  }
}
