/**
 * Writes docs/coverage.md: what is checked of each layer class, with the number of recorded cases of TensorFlow behind each
 * mark: `coverage.ts GOLDENS`.
 */
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { isKmError, memoryStore } from '@km/core';
import { clear_session, Input, layers, Model, models, ready } from '@km/keras';
import { type GoldenCase, type Goldens, openGoldens } from '@km/test-utils';
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import { printArguments } from './check/arguments-table.ts';
import { GOLDEN_EXCEPTIONS } from './check/golden-exceptions.ts';
import { tensorOf } from './check/golden-tensor.ts';
import { runLayer } from './check/goldens-layers.ts';

const FORMATS = ['h5', 'keras', 'tf'] as const;
/** Cases of a class that are saved and loaded in each format. */
const SAVED_PER_CLASS = 3;

interface Counts {
  config: number;
  forward: number;
  gradient: number;
  mask: number;
  policies: number;
  failed: number;
  /** Cases that are known not to pass, for a reason that is named. */
  excepted: number;
  readonly saved: Record<(typeof FORMATS)[number], number>;
  tried: number;
}

type Row = Readonly<Record<string, unknown>>;

function emptyCounts(): Counts {
  return {
    config: 0,
    forward: 0,
    gradient: 0,
    mask: 0,
    policies: 0,
    failed: 0,
    excepted: 0,
    saved: { h5: 0, keras: 0, tf: 0 },
    tried: 0,
  };
}

function callsOf(golden: GoldenCase): readonly Row[] {
  return (golden.calls ?? []) as readonly Row[];
}

function has(golden: GoldenCase, ...keys: readonly string[]): boolean {
  return callsOf(golden).some((call) => keys.some((key) => (call[key] ?? null) !== null));
}

/** Notes what a case that passes has shown. */
function note(counts: Counts, golden: GoldenCase): void {
  counts.config += 1;
  counts.forward += 1;
  if (has(golden, 'input_gradients', 'weight_gradients', 'kwargs_gradients')) counts.gradient += 1;
  if (has(golden, 'input_masks', 'output_masks')) counts.mask += 1;
  const dtype = JSON.stringify((golden.config as Row | null)?.dtype ?? 'float32');
  if (!['"float32"', '"string"', '"int64"'].includes(dtype)) counts.policies += 1;
}

/** A functional model of one recorded layer with inputs for it; `null` where the record needs more than inputs. */
function modelOf(golden: GoldenCase, container: Goldens): { model: Model; x: tf.Tensor } | null {
  const [call] = callsOf(golden);
  const specs = (golden.input_spec ?? []) as readonly { shape: (number | null)[]; dtype: string }[];
  if (call === undefined || golden.symbolic_output_shape === null || golden.adapt !== undefined)
    return null;
  if (golden.class_name === 'InputLayer' || !Array.isArray(specs)) return null;
  if (JSON.stringify(call.kwargs ?? {}).includes('offset')) return null;
  clear_session();
  const inputs = specs.map(({ shape, dtype }, k) =>
    Input({ batch_shape: shape, dtype, name: `x${k}` }),
  );
  const layer = layers.deserialize({
    class_name: golden.class_name as string,
    config: container.decode(golden.config ?? null),
  });
  const outputs = layer.apply((golden.inputs_are_list === true ? inputs : inputs[0]) as never);
  const model = new Model({ inputs, outputs });
  const arrays = [call.inputs].flat().map((value) => tensorOf(container.tensor(value as never)));
  return { model, x: (arrays.length === 1 ? arrays[0] : arrays) as tf.Tensor };
}

function numbers(outputs: unknown): string {
  if (outputs instanceof tf.Tensor) return String(outputs.dataSync());
  return Object.values(outputs as object)
    .map(numbers)
    .join(';');
}

/** Saves and loads a model; true when it gives the same numbers, `null` when the format cannot hold it. */
async function survives(model: Model, x: tf.Tensor, save_format: string): Promise<boolean | null> {
  const store = memoryStore();
  try {
    await model.save({ store, path: 'm' }, { save_format });
  } catch (error) {
    if (isKmError(error, 'KM_UNSUPPORTED')) return null;
    throw error;
  }
  const loaded = await models.load_model({ store, path: 'm' });
  return (
    numbers(loaded.apply(x, { training: false })) === numbers(model.apply(x, { training: false }))
  );
}

async function trySaving(counts: Counts, golden: GoldenCase, container: Goldens): Promise<void> {
  const made = modelOf(golden, container);
  if (made === null) return;
  counts.tried += 1;
  for (const format of FORMATS) {
    const same = await survives(made.model, made.x, format).catch((error: unknown) => {
      console.error(`${golden.id} as ${format}: ${String(error).slice(0, 200)}`);
      return false;
    });
    if (same === true) counts.saved[format] += 1;
  }
}

async function main(): Promise<void> {
  const [folder] = process.argv.slice(2);
  if (folder === undefined) throw new Error('usage: coverage.ts GOLDENS');
  await ready();
  const container = await openGoldens(folder, 'layers');
  const classes = new Map<string, Counts>();
  for (const golden of container.cases) {
    const name = String(golden.class_name);
    const counts = classes.get(name) ?? emptyCounts();
    classes.set(name, counts);
    try {
      if (typeof (await runLayer(golden, container)) === 'number') note(counts, golden);
      else counts.excepted += 1;
    } catch {
      if (GOLDEN_EXCEPTIONS.has(`layers: ${golden.id}`)) counts.excepted += 1;
      else counts.failed += 1;
    }
    if (counts.tried < SAVED_PER_CLASS) await trySaving(counts, golden, container);
  }
  writeFileSync(path.join(process.cwd(), 'docs', 'coverage.md'), printTable(classes));
  console.log(`${String(classes.size)} classes`);
}

function printTable(classes: ReadonlyMap<string, Counts>): string {
  const rows = [...classes]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, c]) => {
      const marks = [c.config, c.forward, c.gradient, c.mask, c.policies];
      const saved = FORMATS.map((format) =>
        c.tried === 0 ? '' : `${c.saved[format]} of ${c.tried}`,
      );
      const cells = [
        ...marks.map((count) => (count === 0 ? '' : String(count))),
        ...saved,
        c.excepted || '',
        c.failed || '',
      ];
      return `| ${name} | ${cells.join(' | ')} |`;
    });
  return `# What is checked of each layer

Made by \`npm run coverage -- GOLDENS\`. A number counts the recorded cases of TensorFlow 2.15 that the layer reproduces: its config,
its outputs (with losses, states and changed weights), its gradients, its masks, and dtype policies other than float32. The columns of the formats count
models of the layer that give the same numbers after being saved and loaded, of those tried. Exceptions are cases that are known not to pass; their
reasons follow the table. Empty: nothing recorded, or nothing to save.

| class | config | forward | gradient | mask | policies | h5 | .keras | SavedModel | exceptions | failed |
|---|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|
${rows.join('\n')}

Exceptions:

${exceptions().join('\n')}

${printArguments()}`;
}

/** The named exceptions of the layers, as a list. */
function exceptions(): string[] {
  return [...GOLDEN_EXCEPTIONS]
    .filter(([name]) => name.startsWith('layers: '))
    .map(([name, { reason }]) => `* \`${name.slice('layers: '.length)}\`: ${reason}.`);
}

await main();
