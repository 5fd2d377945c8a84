import type { Tensor as TensorRecord } from '@km/core';
import {
  GraphExecutor,
  GraphVariable,
  HostTensor,
  type Resource,
  TableResource,
  toTensor,
  VariableResource,
  valueOfRecord,
} from '@km/graph';
import { decodeProto } from '@km/proto';
import { FunctionDefLibrary } from '@km/proto/saved-model';
import type { Goldens, Json } from '@km/test-utils';
import * as tf from '@tensorflow/tfjs-core';
import { flatOfRecord } from '../../packages/layers/src/engine/flat.ts';
import type { LayerBounds } from './golden-layer-bounds.ts';
import { Comparer } from './golden-report.ts';
import { tensorOf } from './golden-tensor.ts';
import { type Row, rows } from './goldens-layers.ts';
import type {
  CallRecord,
  CaseRecord,
  OtherVariable,
  RecordedCapture,
  RecordedTable,
  TraceOutcome,
} from './trace-record.ts';

/** Runs the traced calls of a layer with the executor. */
export function judgeHere(record: CaseRecord, container: Goldens): TraceOutcome {
  const { id, class_name, reason } = record;
  const head = { id, class_name, gradient: 'none' as const };
  if (reason !== undefined) {
    return { ...head, status: reason.startsWith('skipped') ? 'skipped' : 'failed', reason };
  }
  const replay = new Replay(record, container);
  try {
    record.calls.forEach((call, i) => {
      tf.tidy(() => replay.run(call, `call ${i}`));
    });
    return { ...head, status: 'passed', gradient: replay.gradient, reason: '' };
  } catch (error) {
    if (process.env.KM_CHECK_STACKS !== undefined) console.error(id, error);
    const message = error instanceof Error ? error.message : String(error);
    return { ...head, status: 'failed', reason: message };
  }
}

function tableOf({ keys, table, keysAreText, valuesAreText }: RecordedTable): TableResource {
  const [keyType, valueType] = [keysAreText, valuesAreText].map((isText) =>
    isText ? ('string' as const) : ('int64' as const),
  );
  const hostOf = (texts: readonly string[], isText: boolean): HostTensor => {
    const data = isText ? texts.map((text) => new TextEncoder().encode(text)) : texts.map(Number);
    return new HostTensor(isText ? 'string' : 'int64', [texts.length], data);
  };
  const made = new TableResource(keyType ?? 'string', valueType ?? 'int64', true);
  made.insert(hostOf(keys, keysAreText), hostOf(table, valuesAreText));
  return made;
}

function widened(record: TensorRecord): TensorRecord {
  if (record.dtype !== 'float16' && record.dtype !== 'bfloat16') return record;
  return { dtype: 'float32', shape: record.shape, data: Float32Array.from(flatOfRecord(record)) };
}

class Replay {
  gradient: 'passed' | 'none' = 'none';
  readonly #record: CaseRecord;
  readonly #container: Goldens;
  readonly #bounds: LayerBounds;
  readonly #compare = new Comparer();
  readonly #weights: readonly GraphVariable[];
  readonly #others: Map<number, GraphVariable> = new Map();

  constructor(record: CaseRecord, container: Goldens) {
    this.#record = record;
    this.#container = container;
    this.#bounds = record.bounds as unknown as LayerBounds;
    this.#weights = rows(record.weights).map(({ name, value }) => {
      const recorded = widened(container.tensor(value));
      const variable = new GraphVariable(String(name), recorded.dtype, recorded.shape);
      variable.assign(recorded.dtype === 'float32' ? tensorOf(recorded) : valueOfRecord(recorded));
      return variable;
    });
  }

  #resource(capture: RecordedCapture, place: number): Resource {
    if (typeof capture === 'object' && 'table' in capture) return tableOf(capture);
    return new VariableResource(this.#variable(capture, place));
  }

  #variable(capture: number | OtherVariable, place: number): GraphVariable {
    if (typeof capture === 'number') {
      const weight = this.#weights[capture];
      if (weight !== undefined) return weight;
      throw new Error(`there is no weight ${capture}`);
    }
    const known = this.#others.get(place);
    if (known !== undefined) return known;
    const made = new GraphVariable(`other ${place}`, 'float32', capture.shape);
    made.assign(tf.tensor([...capture.values], [...capture.shape]));
    this.#others.set(place, made);
    return made;
  }

  run({ library, function: name, args, captures, call }: CallRecord, where: string): void {
    const bytes = new Uint8Array(Buffer.from(library, 'base64'));
    const functions = decodeProto(FunctionDefLibrary, bytes).function;
    const byName = new Map(functions.map((each) => [each.signature?.name ?? '', each]));
    const compiled = new GraphExecutor({ get: (key) => byName.get(key) }).function(name);
    const inputs = args.map(({ value, dtype }) => {
      const recorded = this.#container.tensor(value);
      const isDevice = ['float32', 'int32', 'bool'].includes(dtype);
      return isDevice ? tensorOf(recorded) : valueOfRecord(recorded);
    });
    const handles = captures.map((capture, place) => this.#resource(capture, place));
    const golden = call as Row;
    const cotangents = rows(golden.cotangents).map((each) =>
      tensorOf(this.#container.tensor(each)),
    );
    let outputs: tf.Tensor[] = [];
    const forward = (): tf.Tensor => {
      outputs = compiled.run([...inputs, ...handles]).map((value) => tf.keep(toTensor(value)));
      const floats = outputs.filter(({ dtype }) => dtype === 'float32');
      const products = floats.map((output, i) =>
        tf.sum(tf.mul(output, cotangents[i] ?? tf.zerosLike(output))),
      );
      return products.reduce((sum, each) => tf.add(sum, each), tf.scalar(0));
    };
    const floats = inputs.filter(
      (x): x is tf.Tensor => x instanceof tf.Tensor && x.dtype === 'float32',
    );
    const trainable = rows(this.#record.weights).flatMap(({ trainable: is }, i) => {
      const value = is === true ? this.#weights[i]?.read() : null;
      return value instanceof tf.Tensor ? [{ value, i }] : [];
    });
    const sources = [...floats, ...trainable.map(({ value }) => value)];
    const traced = golden.input_gradients !== undefined && sources.length > 0 && !this.#record.half;
    const gradients = traced
      ? tf.engine().gradients(forward, sources, undefined, true).grads
      : [void forward()].flatMap((): tf.Tensor[] => []);
    this.#checkOutputs(golden, outputs, where);
    if (!traced) return;
    const wanted = this.#wantedGradients(golden, args, trainable);
    gradients.forEach((found, i) => {
      const reference = wanted[i] ?? null;
      if (reference === null || !found) return;
      this.#numbers(`${where}: gradient ${i}`, found, reference, this.#bounds.gradient);
      this.gradient = 'passed';
    });
  }

  #wantedGradients(
    golden: Row,
    args: CallRecord['args'],
    trainable: readonly { readonly i: number }[],
  ): (Json | null)[] {
    const listed = Array.isArray(golden.input_gradients) ? golden.input_gradients : [];
    const inputs = args.flatMap(({ dtype }, i) => (dtype === 'float32' ? [listed[i] ?? null] : []));
    const byName = new Map(rows(golden.weight_gradients).map(({ name, value }) => [name, value]));
    const after = Array.isArray(golden.weights_after) ? golden.weights_after : [];
    const names = rows(this.#record.weights).map(({ name }) => name);
    // TensorFlow's gradient by a variable that the call assigns is that by the new value, which has no tensor here.
    const slopes = trainable.map(({ i }) =>
      after[i] == null ? (byName.get(names[i]) ?? null) : null,
    );
    return [...inputs, ...slopes];
  }

  #checkOutputs(golden: Row, outputs: readonly tf.Tensor[], where: string): void {
    const wanted = leaves(golden.outputs);
    this.#compare.equal(`${where}: number of outputs`, outputs.length, wanted.length);
    outputs.forEach((output, i) => {
      this.#numbers(`${where}: output ${i}`, output, wanted[i] ?? null, this.#bounds.forward);
    });
    const after = Array.isArray(golden.weights_after) ? golden.weights_after : [];
    after.forEach((reference, i) => {
      const value = this.#weights[i]?.read();
      if (reference === null || value === undefined) return;
      const tensor = toTensor(value);
      this.#numbers(`${where}: weight ${i} after`, tensor, reference, this.#bounds.forward);
    });
  }

  #numbers(what: string, found: tf.Tensor, reference: Json, bounds: LayerBounds['forward']): void {
    const isDense = typeof reference === 'object' && reference !== null && 'dtype' in reference;
    if (!isDense || 'indices' in reference) return;
    const wanted = this.#container.tensor(reference);
    this.#compare.equal(`${what} shape`, found.shape, wanted.shape);
    if (wanted.dtype === 'string') {
      const texts = wanted.data.map((bytes) => new TextDecoder().decode(bytes));
      this.#compare.equal(what, Array.from(found.dataSync<'string'>()), texts);
      return;
    }
    this.#compare.numbers(what, found.dataSync(), widened(wanted), bounds);
  }
}

/** References of a structure, in flattened order. */
function leaves(value: Json | undefined): Json[] {
  if (Array.isArray(value)) return value.flatMap((each: Json) => leaves(each));
  if (typeof value !== 'object' || value === null) return [];
  if ('dtype' in value && 'shape' in value) return [value];
  return Object.keys(value)
    .sort()
    .flatMap((key) => leaves((value as Row)[key]));
}
