import type { ReadOptions } from '@km/core';
import type { CustomObjects } from '@km/layers';
import type { ReportBuilder } from './load-report.ts';

/** What the steps of one load share. */
export interface LoadContext {
  readonly custom_objects: CustomObjects | undefined;
  /** Whether the model is compiled as it was saved. */
  readonly compile: boolean;
  readonly read: ReadOptions;
  readonly report: ReportBuilder;
}
