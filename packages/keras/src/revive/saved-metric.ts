import { isKmError } from '@km/core';
import { type CustomObjects, metrics } from '@km/layers';
import type { ReportBuilder } from '../load/load-report.ts';
import { buildShape, type ObjectMetadata } from './metadata.ts';

/** Makes the metric that a file describes; one of an unknown class is reported and left out. */
export function savedMetric(
  { class_name, name, config, json }: ObjectMetadata,
  {
    custom_objects,
    report,
  }: { readonly custom_objects: CustomObjects; readonly report: ReportBuilder },
): metrics.Metric | undefined {
  // The size of its state stands beside the config.
  const shape = class_name === 'MeanTensor' ? buildShape(json.build_input_shape) : null;
  const whole = { ...config, ...(shape === null ? {} : { shape }) };
  try {
    return metrics.deserialize({ class_name, config: whole }, custom_objects) as metrics.Metric;
  } catch (error) {
    if (!isKmError(error)) throw error;
    report.notes.push(`The metric ${name} of class ${class_name} was left out: ${error.message}`);
    return undefined;
  }
}
