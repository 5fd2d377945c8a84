import { type LazyTensor, MalformedError } from '@km/core';
import type { H5WeightsV3 } from '@km/hdf5';
import type { Model } from '@km/layers';
import { type AssignOptions, assignStored } from '../load/assign.ts';
import type { ReportBuilder } from '../load/load-report.ts';
import { KERAS_2, KERAS_2_12, KERAS_3, type V3Naming, type V3Object, walkV3 } from './walk.ts';

/**
 * Fills a model from a v3 weights file of any release; how the file names its groups is found from the groups themselves.
 * @throws MalformedError when a layer's group holds another number of variables, unless `skip_mismatch`.
 */
export async function matchV3(
  model: Model,
  stored: H5WeightsV3,
  report: ReportBuilder,
  options: AssignOptions = {},
): Promise<void> {
  const objects = walkV3(model, namingOf(model, stored));
  for (const object of objects) await fillObject(object, stored, report, options);
  const used = new Set(objects.map(({ path }) => path));
  for (const [path, { variables }] of stored) {
    if (used.has(path) || isBeside(path)) continue;
    report.extra.push(...variables.map((_, k) => `${path}/vars/${k}`));
  }
}

/** Groups that hold no weights of the model. */
function isBeside(path: string): boolean {
  return /^(optimizer|metrics|loss_tracker|_metrics)(\/|$)/.test(path);
}

/** The naming under which most objects with variables find theirs. */
function namingOf(model: Model, stored: H5WeightsV3): V3Naming {
  const scored = [KERAS_2, KERAS_3, KERAS_2_12].map((naming) => {
    const wanted = walkV3(model, naming).filter(({ variables }) => variables.length > 0);
    const hits = wanted.filter((object) => countOf(stored, object) === object.variables.length);
    return { naming, hits: hits.length };
  });
  return scored.reduce((best, next) => (next.hits > best.hits ? next : best)).naming;
}

function countOf(stored: H5WeightsV3, { path }: V3Object): number {
  return stored.get(path)?.variables.length ?? 0;
}

async function fillObject(
  { path, layer, variables }: V3Object,
  stored: H5WeightsV3,
  report: ReportBuilder,
  options: AssignOptions,
): Promise<void> {
  const values: readonly LazyTensor[] = stored.get(path)?.variables ?? [];
  if (values.length !== variables.length) {
    if (options.skip_mismatch !== true) {
      throw new MalformedError(
        `Layer '${layer.name}' expected ${variables.length} variables, but received ${values.length} variables at ${path || '/'} during loading. Expected: [${variables.map((v) => v.name).join(', ')}]. Build the model as it was saved, or pass skip_mismatch.`,
        { path },
      );
    }
    report.missing.push(...variables.map((variable) => variable.name));
    report.extra.push(...values.map((_, k) => `${path}/vars/${k}`));
    return;
  }
  for (const [k, variable] of variables.entries()) {
    const tensor = values[k];
    if (tensor === undefined) continue;
    await assignStored(variable, { name: `${path}/vars/${k}`, tensor }, report, options);
  }
}
