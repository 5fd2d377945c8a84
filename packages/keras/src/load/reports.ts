import type { Model } from '@km/layers';
import type { LoadReport } from './load-report.ts';

const reports: WeakMap<Model, LoadReport> = new WeakMap();

/** Keeps the report of the last load into a model. */
export function keepReport(model: Model, report: LoadReport): void {
  reports.set(model, report);
}

/** What became of every stored value in the last load into a model; `undefined` for one that nothing was loaded into. */
export function load_report(model: Model): LoadReport | undefined {
  return reports.get(model);
}
