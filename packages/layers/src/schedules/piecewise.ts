import type { Config } from '../engine/types.ts';
import { LearningRateSchedule } from './schedule.ts';

/** Arguments of `PiecewiseConstantDecay`. */
export interface PiecewiseConstantDecayConfig {
  /** Last steps of all pieces but the last, ascending. */
  readonly boundaries: readonly number[];
  /** Rates of the pieces, one more than boundaries. */
  readonly values: readonly number[];
  readonly name?: string | null;
}

/** Gives a rate of its own to each range of steps. */
export class PiecewiseConstantDecay extends LearningRateSchedule {
  static override readonly className: string = 'PiecewiseConstantDecay';
  readonly boundaries: readonly number[];
  readonly values: readonly number[];
  readonly name: string | null;

  /** @throws RangeError unless there is one value more than boundaries. */
  constructor(config: PiecewiseConstantDecayConfig) {
    super();
    this.boundaries = [...config.boundaries];
    this.values = [...config.values];
    this.name = config.name ?? null;
    if (this.boundaries.length !== this.values.length - 1) {
      throw new RangeError(
        `PiecewiseConstantDecay takes one value more than boundaries, not ${this.values.length} values for ${this.boundaries.length} boundaries.`,
      );
    }
  }

  override call(step: number): number {
    const piece = this.boundaries.findIndex((last) => step <= last);
    return this.values.at(piece) as number;
  }

  override get_config(): Config {
    return { boundaries: [...this.boundaries], values: [...this.values], name: this.name };
  }
}
