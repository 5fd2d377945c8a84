import type { GoldenCase, Goldens } from '@km/test-utils';
import type { CaseRunner } from './golden-report.ts';
import { replayLayer } from './goldens-layers.ts';
import { runMisc } from './goldens-misc.ts';
import { runOptimizer } from './goldens-optimizers.ts';

/** TensorFlow 2.4 keeps the vocabulary in a table beside the config; of these records only the id tells it. */
function withVocabulary({ id, class_name, config }: GoldenCase): GoldenCase['config'] {
  const [, list] = /vocabulary=\(([^)]*)\)/.exec(id) ?? [];
  const missing = list !== undefined && !('vocabulary' in Object(config));
  if (!missing || !/^(String|Integer)Lookup$/.test(String(class_name))) return config ?? null;
  const tokens = list.split(',');
  return {
    ...Object(config),
    vocabulary: class_name === 'StringLookup' ? tokens : tokens.map(Number),
  };
}

/** Checks what a layer computes that is made from the config of another version. */
async function runLayer(golden: GoldenCase, container: Goldens): Promise<number | string> {
  return replayLayer({ ...golden, config: withVocabulary(golden) }, container, false);
}

/** How the records are run that another version computes otherwise. */
export const VERSION_RUNNERS: ReadonlyMap<string, CaseRunner> = new Map([
  ['layers.tf210', runLayer],
  ['layers.tf24', runLayer],
  ['misc.tf24', runMisc],
  ['optimizers.tf24', runOptimizer],
]);
