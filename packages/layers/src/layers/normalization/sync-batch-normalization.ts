import { BatchNormalization, type BatchNormalizationConfig } from './batch-normalization.ts';

/** Normalizes over the batch of all devices; the old name of `BatchNormalization` with `synchronized`. */
export class SyncBatchNormalization extends BatchNormalization {
  static override readonly className: string = 'SyncBatchNormalization';

  constructor(config: Omit<BatchNormalizationConfig, 'synchronized' | 'fused'> = {}) {
    super({ ...config, synchronized: true });
  }
}
