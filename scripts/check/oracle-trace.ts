/**
 * Lets TensorFlow run the functions that are traced from recorded layers, and compares results, changed weights and
 * gradients with the records: `oracle-trace.ts GOLDENS [VERSION …] [--group NAME] [--filter TEXT]`; the
 * version `here` is the executor of @km.
 * KM_ORACLE_HOME says where the environments of TensorFlow are.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import '@tensorflow/tfjs-backend-cpu';
import { FunctionLibrary, type TracedFunction, type TraceSpec, trace } from '@km/graph';
import { encodeProto } from '@km/proto';
import { FunctionDefLibrary } from '@km/proto/saved-model';
import { type GoldenCase, type Goldens, type Json, openGoldens } from '@km/test-utils';
import * as tf from '@tensorflow/tfjs-core';
import { deserialize_layer } from '../../packages/layers/src/engine/deserialize-layer.ts';
import { set_mask } from '../../packages/layers/src/engine/mask.ts';
import { resetNames } from '../../packages/layers/src/engine/names.ts';
import { flatten, packAs } from '../../packages/layers/src/engine/nest.ts';
import { ready } from '../../packages/layers/src/engine/ready.ts';
import type { Nested, Tensors } from '../../packages/layers/src/engine/types.ts';
import { Variable } from '../../packages/layers/src/engine/variable.ts';
import { LookupTable } from '../../packages/layers/src/layers/preprocessing/traced-lookup.ts';
import { layerBounds } from './golden-layer-bounds.ts';
import { Comparer } from './golden-report.ts';
import { tensorOf } from './golden-tensor.ts';
import {
  argumentsOf,
  buildLayer,
  type Replay,
  type Row,
  reasonToSkip,
  rows,
  setWeights,
} from './goldens-layers.ts';
import { judgeHere } from './trace-here.ts';
import type { CallRecord, CaseRecord, TraceOutcome } from './trace-record.ts';

const script = path.join(path.dirname(fileURLToPath(import.meta.url)), 'oracle_trace.py');

/** Name of an unknown axis, so that masks share it. */
function openAxis(length: Json | undefined, axis: number): number | string {
  return typeof length === 'number' ? length : `axis${axis}`;
}

/** Specs of the inputs of a call: open where the record's symbolic inputs are. */
function inputSpec(golden: GoldenCase, tensor: tf.Tensor, index: number, open: boolean): TraceSpec {
  const row = rows(golden.input_spec)[index];
  const shape = open ? (row?.shape as readonly Json[] | undefined) : undefined;
  const dtype = String(row?.dtype ?? tensor.dtype) as TraceSpec['dtype'];
  const fits = shape?.length === tensor.rank;
  return {
    shape: tensor.shape.map((length, axis) =>
      fits ? openAxis(shape?.[axis], axis) : axis === 0 && open ? 'axis0' : length,
    ),
    dtype: fits ? dtype : (tensor.dtype as TraceSpec['dtype']),
  };
}

/** Specs of masks and states: the batch is open, and the steps of a mask where those of the input are. */
function otherSpec(
  tensor: tf.Tensor,
  first: TraceSpec | undefined,
  lengths: readonly number[],
): TraceSpec {
  const shape = tensor.shape.map((length, axis) => {
    const like = first?.shape[axis];
    const isMask = tensor.dtype === 'bool' && axis === 1;
    return (axis === 0 || isMask) && typeof like === 'string' && lengths[axis] === length
      ? like
      : length;
  });
  return { shape, dtype: tensor.dtype as TraceSpec['dtype'] };
}

interface Traced {
  readonly traced: TracedFunction;
  readonly library: FunctionLibrary;
  readonly tensors: readonly tf.Tensor[];
  readonly specs: readonly TraceSpec[];
}

function traceCall(replay: Replay, call: Row, open: boolean): Traced {
  const { golden, layer } = replay;
  const { inputs, kwargs } = argumentsOf(replay, call);
  const whole = [inputs, kwargs] as Nested<unknown>;
  const leaves = flatten<unknown>(whole);
  const given = flatten<tf.Tensor>(inputs);
  const masks = given.map((_, i) => (Array.isArray(call.input_masks) ? call.input_masks[i] : null));
  const maskTensors = masks.flatMap((mask) =>
    mask == null ? [] : [tf.cast(tensorOfReference(replay, mask), 'bool')],
  );
  const own = leaves.filter((leaf) => leaf instanceof tf.Tensor);
  const inputSpecs = given.map((tensor, i) => inputSpec(golden, tensor, i, open));
  const specs = [
    ...inputSpecs,
    ...[...own.slice(given.length), ...maskTensors].map((tensor) =>
      otherSpec(tensor, inputSpecs[0], given[0]?.shape ?? []),
    ),
  ];
  const library = new FunctionLibrary();
  const run = (...tensors: tf.Tensor[]): tf.Tensor[] => {
    let next = 0;
    const full = leaves.map((leaf) => (leaf instanceof tf.Tensor ? tensors[next++] : leaf));
    const packed: unknown = packAs<unknown, unknown>(whole, full);
    const [values, options] = packed as [Tensors, Record<string, unknown>];
    flatten<tf.Tensor>(values).forEach((tensor, i) => {
      if (masks[i] != null) set_mask(tensor, tensors[next++] ?? null);
    });
    return flatten<tf.Tensor>(layer.apply<Tensors>(values, options));
  };
  return {
    traced: trace(run, specs, { library }),
    library,
    tensors: [...own, ...maskTensors],
    specs,
  };
}

function tensorOfReference({ container }: Replay, reference: Json): tf.Tensor {
  const { shape, data } = container.tensor(reference);
  return tf.tensor(Array.from(data as Uint8Array), [...shape]);
}

/** References of the tensors of a call in the order of the arguments. */
function references(call: Row): Json[] {
  const found: Json[] = [];
  const visit = (value: Json | undefined): void => {
    if (Array.isArray(value)) value.forEach(visit);
    else if (typeof value === 'object' && value !== null) {
      if ('dtype' in value && 'shape' in value) found.push(value);
      else for (const key of Object.keys(value).sort()) visit((value as Row)[key]);
    }
  };
  visit(call.inputs);
  visit(call.kwargs);
  visit(call.input_masks);
  return found;
}

function callRecord(replay: Replay, call: Row, open: boolean): CallRecord {
  const { traced, library, specs } = traceCall(replay, call, open);
  const { definitions } = library;
  const bytes = encodeProto(FunctionDefLibrary, { function: [...definitions] });
  const { weights } = replay.layer;
  const args = references(call);
  if (args.length !== specs.length) throw new Error('the record has other tensors than the call');
  return {
    library: Buffer.from(bytes).toString('base64'),
    function: traced.name,
    args: args.map((value, i) => ({ value, dtype: specs[i]?.dtype ?? 'float32' })),
    captures: traced.captures.map((resource) => {
      if (resource instanceof LookupTable) {
        const { keys, values, keysAreText, valuesAreText } = resource;
        const table = values.map(String);
        return { keys: keys.map(String), table, keysAreText, valuesAreText };
      }
      if (!(resource instanceof Variable)) throw new Error(`captures ${resource.name}`);
      const index = weights.indexOf(resource);
      if (index >= 0) return index;
      return { shape: resource.shape, values: Array.from(resource.values(), Number) };
    }),
    call: call as Json,
  };
}

/** Traces all calls of a recorded layer. */
function caseRecord(golden: GoldenCase, container: Goldens): CaseRecord {
  const bounds = layerBounds(golden);
  const head = {
    id: golden.id,
    class_name: String(golden.class_name),
    bounds: bounds as unknown as Json,
    weights: golden.weights ?? [],
    half: /float16/.test(JSON.stringify(golden.config)),
  };
  const isSparse = JSON.stringify(golden.calls).includes('"sparse":true');
  const skip = isSparse ? 'sparse tensors' : reasonToSkip(golden);
  if (skip !== null) return { ...head, calls: [], reason: `skipped: ${skip}` };
  try {
    resetNames();
    const { class_name, config } = golden;
    const layer = deserialize_layer({ class_name, config: container.decode(config ?? null) });
    const replay = { golden, container, layer, compare: new Comparer(), bounds };
    buildLayer(replay);
    setWeights(replay);
    const open = golden.symbolic_output_shape !== null;
    return { ...head, calls: rows(golden.calls).map((call) => callRecord(replay, call, open)) };
  } catch (error) {
    if (process.env.KM_CHECK_STACKS !== undefined) console.error(golden.id, error);
    const message = error instanceof Error ? error.message : String(error);
    return { ...head, calls: [], reason: `not traced: ${message}` };
  }
}

/** Cases that one process takes; TensorFlow keeps every function that it has seen. */
const CHUNK = 20;

/** Traces a layer that is random in training. */
function randomRecord(golden: GoldenCase, container: Goldens): CaseRecord {
  const { class_name, config, id, input } = golden;
  const head = { id, class_name: String(class_name), bounds: null, weights: [], half: false };
  try {
    resetNames();
    const layer = deserialize_layer({ class_name, config: container.decode(config ?? null) });
    const given = tensorOf(container.tensor(input));
    layer.apply(given, { training: false }).dispose();
    const library = new FunctionLibrary();
    const shape = given.shape.map((length, axis) => (axis === 0 ? null : length));
    const run = (x: tf.Tensor): tf.Tensor => layer.apply(x, { training: true });
    const spec: TraceSpec = { shape, dtype: 'float32' };
    const traced = trace((x) => run(x as tf.Tensor), [spec], { library });
    const bytes = encodeProto(FunctionDefLibrary, { function: [...library.definitions] });
    const record: CallRecord = {
      library: Buffer.from(bytes).toString('base64'),
      function: traced.name,
      args: [{ value: input ?? null, dtype: 'float32' }],
      captures: [],
      call: golden,
    };
    return { ...head, calls: [record] };
  } catch (error) {
    if (process.env.KM_CHECK_STACKS !== undefined) console.error(id, error);
    const message = error instanceof Error ? error.message : String(error);
    return { ...head, calls: [], reason: `not traced: ${message}` };
  }
}

/** Lets one version of TensorFlow run all cases. */
function judge(
  python: string,
  folder: string,
  group: string,
  records: readonly CaseRecord[],
): TraceOutcome[] {
  const directory = mkdtempSync(path.join(tmpdir(), 'traces-'));
  const file = path.join(directory, 'cases.json');
  try {
    const chunks = Array.from({ length: Math.ceil(records.length / CHUNK) }, (_, i) =>
      records.slice(i * CHUNK, (i + 1) * CHUNK),
    );
    return chunks.flatMap((chunk) => {
      writeFileSync(file, JSON.stringify(chunk));
      const judged = judgeChunk(python, folder, group, file);
      const missing = chunk.slice(judged.outcomes.length);
      return [...judged.outcomes, ...missing.map((record) => unjudged(record, judged.end))];
    });
  } finally {
    rmSync(directory, { recursive: true });
  }
}

/** The outcome of a case to which the process did not come. */
function unjudged({ id, class_name }: CaseRecord, end: string): TraceOutcome {
  return { id, class_name, status: 'failed', gradient: 'none', reason: `not judged: ${end}` };
}

interface Judged {
  readonly outcomes: readonly TraceOutcome[];
  /** How the process ended. */
  readonly end: string;
}

function judgeChunk(python: string, folder: string, group: string, file: string): Judged {
  const { stdout, stderr, status, signal } = spawnSync(python, [script, folder, group, file], {
    encoding: 'utf8',
    maxBuffer: 2 ** 28,
    env: {
      ...process.env,
      TF_ENABLE_ONEDNN_OPTS: '0',
      TF_CPP_MIN_LOG_LEVEL: '3',
      CUDA_VISIBLE_DEVICES: '-1',
    },
  });
  if (process.env.KM_CHECK_STACKS !== undefined) console.error(stderr);
  const lines = stdout.split('\n').filter((line) => line.startsWith('{'));
  return {
    outcomes: lines.map((line) => JSON.parse(line) as TraceOutcome),
    end: `Python ended with ${signal ?? status}. ${stderr.slice(-500)}`,
  };
}

function report(title: string, outcomes: readonly TraceOutcome[]): boolean {
  const classes = new Map<string, TraceOutcome[]>();
  for (const outcome of outcomes) {
    const list = classes.get(outcome.class_name) ?? [];
    classes.set(outcome.class_name, [...list, outcome]);
  }
  console.log(`\n${title}`);
  for (const [name, list] of [...classes].sort()) {
    const count = (status: string): number => list.filter((each) => each.status === status).length;
    const gradients = list.filter(({ gradient }) => gradient === 'passed').length;
    const wrong = list.filter(({ gradient }) => gradient === 'failed').length;
    console.log(
      `  ${name.padEnd(28)} ${count('passed')} passed, ${count('failed')} failed, ${count('skipped')} skipped; gradients ${gradients} passed, ${wrong} failed`,
    );
  }
  const bad = outcomes.filter(
    ({ status, gradient }) => status === 'failed' || gradient === 'failed',
  );
  for (const { id, reason } of bad)
    console.log(`  ${id}: ${reason.split('\n').slice(0, 3).join(' | ').slice(0, 400)}`);
  const all = (status: string): number => outcomes.filter((each) => each.status === status).length;
  const gradients = outcomes.filter(({ gradient }) => gradient === 'passed').length;
  console.log(
    `${title}: ${all('passed')} passed, ${all('failed')} failed, ${all('skipped')} skipped; gradients ${gradients} passed`,
  );
  return bad.length === 0;
}

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      group: { type: 'string', default: 'layers' },
      filter: { type: 'string', default: '' },
    },
  });
  const [folder, ...versions] = positionals;
  if (folder === undefined) throw new Error('usage: oracle-trace.ts GOLDENS [VERSION …]');
  await tf.setBackend('cpu');
  await ready();
  const container = await openGoldens(folder, values.group);
  const chosen = container.cases.filter(({ id }) => id.includes(values.filter));
  const start = performance.now();
  const record = values.group === 'layers_random' ? randomRecord : caseRecord;
  const records = chosen.map((golden) => record(golden, container));
  console.log(`${records.length} cases traced in ${Math.round(performance.now() - start)} ms`);
  const home = process.env.KM_ORACLE_HOME ?? path.join(homedir(), '.cache', 'km-oracle');
  const good = (versions.length > 0 ? versions : ['2.4.4', '2.15.1']).map((version) => {
    if (version === 'here') {
      return report(
        'the executor',
        records.map((record) => judgeHere(record, container)),
      );
    }
    const python = path.join(home, `tf-${version}`, 'bin', 'python');
    return report(`TensorFlow ${version}`, judge(python, folder, values.group, records));
  });
  if (good.includes(false)) process.exitCode = 1;
}

await main();
