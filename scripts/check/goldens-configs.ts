import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { upgradeModelConfig } from '@km/keras-config';
import type { JsonObject } from '@km/test-utils';
import { deserialize_layer } from '../../packages/layers/src/engine/deserialize-layer.ts';
import { isPlainObject } from '../../packages/layers/src/engine/nest.ts';
import * as losses from '../../packages/layers/src/losses/index.ts';
import * as metrics from '../../packages/layers/src/metrics/index.ts';
import * as optimizers from '../../packages/layers/src/optimizers/index.ts';
import { Comparer, type Outcome, outcomeOf } from './golden-report.ts';

/** Something made from a configuration. */
interface Configured {
  get_config(): object;
}

/** Makes an object of a class from a configuration that another version has written. */
type Maker = (class_name: string, config: object, id: string) => unknown;

function optimizerOf(class_name: string, config: object, id: string): unknown {
  if (id.startsWith('schedule/')) {
    return optimizers.schedules.deserialize({ class_name: id.split('/')[1], config });
  }
  const name = class_name.replace(/^legacy\./, '').replace(/\(.*$/, '');
  const current = 'is_legacy_optimizer' in config;
  return optimizers.deserialize({ class_name: current ? `Custom>${name}` : name, config });
}

function layerOf(class_name: string, config: object): unknown {
  const described = { class_name: class_name.replace('v1:', ''), config } as JsonObject;
  return deserialize_layer(upgradeModelConfig(described));
}

const MAKERS: ReadonlyMap<string, Maker> = new Map<string, Maker>([
  ['layers', layerOf],
  ['losses', (class_name, config) => losses.deserialize({ class_name, config })],
  ['metrics', (class_name, config) => metrics.deserialize({ class_name, config })],
  ['optimizers', optimizerOf],
]);

/**
 * Makes an object from each configuration in `GROUP.VERSION.configs.json`, and compares the arguments that both
 * versions note.
 */
export async function runConfigs(
  folder: string,
  file: string,
  filter: string,
): Promise<Outcome[] | null> {
  const [group = ''] = file.split('.');
  const make = MAKERS.get(group);
  if (make === undefined) return null;
  const configs: JsonObject = JSON.parse(await readFile(path.join(folder, file), 'utf8'));
  const outcomes: Outcome[] = [];
  for (const [id, config] of Object.entries(configs)) {
    if (!id.includes(filter) || !isPlainObject(config)) continue;
    outcomes.push(await outcomeOf(id, async () => runConfig(id, config, make)));
  }
  return outcomes;
}

function runConfig(id: string, config: Record<string, unknown>, make: Maker): number {
  const [class_name = ''] = id.split('/');
  const made = make(class_name, config, id) as Configured | null;
  if (made === null) throw new Error('nothing was made');
  const compare = new Comparer();
  const ours = made.get_config() as Record<string, unknown>;
  for (const [key, value] of Object.entries(config)) {
    // Lookup layers have changed the dtype that they note.
    if (!(key in ours) || key === 'dtype' || (typeof value === 'object' && value !== null))
      continue;
    if (typeof value === 'number' && typeof ours[key] === 'number') {
      compare.number(key, ours[key], value, { rtol: 1e-6, atol: 0 });
    } else if (typeof ours[key] !== 'object') {
      compare.equal(key, ours[key], value);
    }
  }
  return compare.difference;
}
