import type { DType, Tensor as TensorRecord } from '@km/core';
import type { Config } from '../engine/types.ts';
import { statelessNormal } from '../random/stateless.ts';
import { pack, requireFloating, sizeOf } from './initializer.ts';
import { orthonormalColumns } from './orthonormal.ts';
import { RandomInitializer, type SeedConfig } from './random-initializer.ts';

/** Arguments of `Orthogonal`. */
export interface OrthogonalConfig extends SeedConfig {
  readonly gain?: number;
}

/** Draws a matrix with orthonormal rows or columns, whichever are fewer; leading axes are joined. */
export class Orthogonal extends RandomInitializer {
  static override readonly className: string = 'Orthogonal';
  readonly gain: number;

  constructor(config: OrthogonalConfig = {}) {
    super(config);
    this.gain = config.gain ?? 1;
  }

  call(shape: readonly number[], dtype?: DType): TensorRecord {
    requireFloating(dtype, 'Orthogonal');
    requireMatrix(shape);
    const columns = shape.at(-1) ?? 1;
    const rows = sizeOf(shape.slice(0, -1));
    const [long, short] = rows < columns ? [columns, rows] : [rows, columns];
    const q = orthonormalColumns(statelessNormal(long * short, this.seedPair, 0, 1), long, short);
    const values = new Float64Array(q.length);
    for (let i = 0; i < long; i++) {
      for (let j = 0; j < short; j++) {
        const at = rows < columns ? j * long + i : i * short + j;
        values[at] = this.gain * (q[i * short + j] ?? 0);
      }
    }
    return pack(values, shape, dtype);
  }

  override prepare(shape: readonly number[], dtype: DType): boolean {
    requireMatrix(shape);
    return super.prepare(shape, dtype);
  }

  override get_config(): Config {
    return { gain: this.gain, seed: this.seed };
  }
}

function requireMatrix(shape: readonly number[]): void {
  if (shape.length >= 2) return;
  throw new RangeError(`Orthogonal takes a shape of at least 2 axes, not [${shape.join(', ')}].`);
}
