import type { Tensor } from '@km/core';
import type { GoldenCase } from '@km/test-utils';
import type { Bounds } from './golden-report.ts';

/** How far the results of a recorded layer may be off. */
export interface LayerBounds {
  readonly forward: Bounds;
  readonly gradient: Bounds;
  /** Reason to count the case as skipped although it was compared, or null. */
  readonly note: string | null;
}

const FLOAT32 = {
  forward: { rtol: 1e-5, atol: 1e-6 },
  gradient: { rtol: 1e-4, atol: 1e-5 },
  note: null,
} as const;

/** Returns the bounds for the dtype of a case and for operations that TensorFlow computes less exactly. */
export function layerBounds(golden: GoldenCase): LayerBounds {
  const config = JSON.stringify(golden.config);
  const dtypes = JSON.stringify(golden.calls);
  if (config.includes('"mixed_float16"') || dtypes.includes('"float16"')) {
    return {
      forward: { rtol: 5e-3, atol: 1e-3 },
      gradient: { rtol: 2e-2, atol: 2e-3 },
      note: null,
    };
  }
  if (config.includes('"mixed_bfloat16"') || dtypes.includes('"bfloat16"')) {
    return {
      forward: { rtol: 2e-2, atol: 1e-2 },
      gradient: { rtol: 5e-2, atol: 2e-2 },
      note: null,
    };
  }
  if (dtypes.includes('"float64"')) {
    return {
      ...FLOAT32,
      note: 'float64 is computed in float32; equal within the bounds of float32',
    };
  }
  const rough = /lanczos|bicubic|gaussian|mitchellcubic/.test(config);
  if (rough || golden.class_name === 'SpectralNormalization') {
    return { ...FLOAT32, forward: { rtol: 1e-4, atol: 1e-5 } };
  }
  return FLOAT32;
}

/** True for a dense tensor of a record. */
export function isTensorRecord(value: unknown): value is Tensor {
  return (
    typeof value === 'object' &&
    value !== null &&
    'data' in value &&
    'dtype' in value &&
    'shape' in value
  );
}
