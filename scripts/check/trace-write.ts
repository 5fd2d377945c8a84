import { FunctionLibrary, type TracedFunction, type TraceSpec, trace } from '@km/graph';
import { encodeProto } from '@km/proto';
import { FunctionDefLibrary } from '@km/proto/saved-model';
import type { GoldenCase, Goldens, Json } from '@km/test-utils';
import * as tf from '@tensorflow/tfjs-core';
import { deserialize_layer } from '../../packages/layers/src/engine/deserialize-layer.ts';
import { set_mask } from '../../packages/layers/src/engine/mask.ts';
import { resetNames } from '../../packages/layers/src/engine/names.ts';
import { flatten, packAs } from '../../packages/layers/src/engine/nest.ts';
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
import type { CallRecord, CaseRecord } from './trace-record.ts';

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

/** Layers whose functions are refused, and why. */
const NOT_WRITTEN: ReadonlyMap<string, string> = new Map([
  [
    'DenseFeatures/numeric,bucketized,embedding,indicator',
    'columns of categories cannot be written into a graph',
  ],
]);

/** Traces all calls of a recorded layer. */
export function caseRecord(golden: GoldenCase, container: Goldens): CaseRecord {
  const bounds = layerBounds(golden);
  const head = {
    id: golden.id,
    class_name: String(golden.class_name),
    bounds: bounds as unknown as Json,
    weights: golden.weights ?? [],
    half: /float16/.test(JSON.stringify(golden.config)),
  };
  const isSparse = JSON.stringify(golden.calls).includes('"sparse":true');
  const skip = isSparse ? 'sparse tensors' : (NOT_WRITTEN.get(golden.id) ?? reasonToSkip(golden));
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

/** Traces a layer that is random in training. */
export function randomRecord(golden: GoldenCase, container: Goldens): CaseRecord {
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
