import { MalformedError } from '@km/core';
import type { PartialShape } from '@km/core/tensor-proto';
import * as tf from '@tensorflow/tfjs-core';
import { type GraphDType, isFloat } from '../executor/dtype.ts';
import { type Element, HostTensor } from '../executor/host-tensor.ts';
import type { OpBuilder, OpFamily, OpNode } from '../executor/op-node.ts';

import {
  hostScalar,
  hostVector,
  isHostInteger,
  numberOf,
  onDevice,
  onHost,
  Resource,
  shapeOf,
  sizeOf,
  type Value,
} from '../executor/values.ts';
import { GraphVariable, VariableResource, type VariableState } from '../executor/variable.ts';
import { inputAt } from './define.ts';
import { gatherNd, gatherValues } from './gather.ts';
import { type BinaryRule, hostBinary } from './host/elementwise.ts';

/** The variable that a value refers to. @throws MalformedError when it is something else. */
export function variableOf(value: Value): VariableState {
  if (value instanceof VariableResource) return value.state;
  const kind = value instanceof Resource ? value.kind : 'tensor';
  throw new MalformedError(`A graph uses a ${kind} as a variable.`);
}

/** Name that writers give resources which nobody shares. */
const ANONYMOUS = 'cd2c89b7-88b7-44c8-ad83-06c2a9158347';

function sharedName({ attrs, name }: OpNode): string | null {
  const shared = attrs.string('shared_name');
  if (shared === ANONYMOUS) return null;
  return `${attrs.string('container')}/${shared === '' ? name : shared}`;
}

/** Makes the op that gives a resource by its shared name, making it when it is asked for first. */
export function handleOp<R extends Resource>(
  type: abstract new (...args: never[]) => R,
  make: (node: OpNode) => R,
): OpBuilder {
  return (node) => {
    const name = sharedName(node);
    return {
      kernel: (_, run) =>
        name === null ? make(node) : run.resources.get(type, name, () => make(node)),
      outputs: ['borrowed'],
    };
  };
}

const variableHandle = handleOp(VariableResource, ({ attrs, name }) => {
  const shared = attrs.string('shared_name');
  const variable = new GraphVariable(
    shared === '' ? name : shared,
    attrs.type('dtype'),
    attrs.shape('shape'),
  );
  return new VariableResource(variable);
});

/** Old variables without a shape have an empty one, which fits everything. */
const referenceVariable = handleOp(VariableResource, ({ attrs, name }) => {
  const shape: PartialShape = attrs.shape('shape');
  const shared = attrs.string('shared_name');
  const variable = new GraphVariable(shared === '' ? name : shared, attrs.type('dtype'), shape);
  return new VariableResource(variable);
});

type Combine = (old: tf.Tensor, value: tf.Tensor) => tf.Tensor;

const RULES: Readonly<Record<string, readonly [Combine, BinaryRule]>> = {
  Add: [tf.add, { numbers: (a, b) => a + b, integers: (a, b) => a + b }],
  Sub: [tf.sub, { numbers: (a, b) => a - b, integers: (a, b) => a - b }],
};

function combined(kind: 'Add' | 'Sub', old: Value, value: Value, dtype: GraphDType): Value {
  const [device, rule] = RULES[kind] ?? [tf.add, { numbers: (a: number) => a }];
  if (isHostInteger(dtype))
    return hostBinary(rule, onHost(old, dtype), onHost(value, dtype), dtype);
  return device(onDevice(old), onDevice(value));
}

/** Assigns without returning anything, to a resource. */
function assignment(kind: 'Set' | 'Add' | 'Sub'): OpBuilder {
  return () => (inputs) => {
    const variable = variableOf(inputAt(inputs, 0));
    assign(variable, kind, inputAt(inputs, 1));
    return [];
  };
}

function assign(variable: VariableState, kind: 'Set' | 'Add' | 'Sub', value: Value): void {
  if (kind === 'Set') variable.assign(value);
  else {
    const sum = combined(kind, variable.read(), value, variable.dtype);
    variable.assign(sum);
    if (sum instanceof tf.Tensor) sum.dispose();
  }
}

/** Assigns to a reference of TensorFlow 1 and returns the reference. */
function referenceAssignment(kind: 'Set' | 'Add' | 'Sub'): OpBuilder {
  return () => ({
    kernel: (inputs) => {
      const reference = inputAt(inputs, 0);
      assign(variableOf(reference), kind, inputAt(inputs, 1));
      return reference;
    },
    outputs: ['borrowed'],
  });
}

/** How a scatter combines old and new rows; null replaces them. */
type Scatter = ((old: number, value: number) => number) | null;

const SCATTERS: Readonly<Record<string, Scatter>> = {
  Update: null,
  Add: (a, b) => a + b,
  Sub: (a, b) => a - b,
  Mul: (a, b) => a * b,
  Div: (a, b) => a / b,
  Min: Math.min,
  Max: Math.max,
};

/** Changes rows of a variable. Updates of one element count for all of the rows' elements. */
function scatter(kind: Scatter, nested: boolean, returns: boolean): OpBuilder {
  return () => {
    const kernel = (inputs: readonly Value[]): Value | readonly Value[] => {
      const reference = inputAt(inputs, 0);
      const variable = variableOf(reference);
      const old = onHost(variable.read(), variable.dtype);
      const indices = onHost(inputAt(inputs, 1), 'int32');
      const updates = onHost(inputAt(inputs, 2), variable.dtype);
      const data = scattered(old, indices, updates, {
        kind,
        depth: nested ? (indices.shape.at(-1) ?? 1) : 1,
      });
      const host = new HostTensor(variable.dtype, old.shape, data);
      variable.assign(isFloat(variable.dtype) ? host.upload() : host);
      return returns ? reference : [];
    };
    return { kernel, outputs: returns ? ['borrowed'] : [] };
  };
}

function scattered(
  old: HostTensor,
  indices: HostTensor,
  updates: HostTensor,
  { kind, depth }: { kind: Scatter; depth: number },
): Element[] {
  const data = Array.from(old.data);
  const width = sizeOf(old.shape.slice(depth));
  const rows = indices.size / Math.max(depth, 1);
  for (let i = 0; i < rows; i++) {
    const row = rowOf(old.shape, indices, i, depth);
    for (let k = 0; k < width; k++) {
      const at = row * width + k;
      const value = updates.data[updates.size === 1 ? 0 : i * width + k] ?? 0;
      data[at] = kind === null ? value : kind(Number(data[at]), Number(value));
    }
  }
  return data;
}

/** Number of the row that an index vector names. */
function rowOf(shape: readonly number[], indices: HostTensor, i: number, depth: number): number {
  let row = 0;
  for (let d = 0; d < depth; d++) {
    const index = Number(indices.data[i * depth + d]);
    const length = shape[d] ?? 0;
    if (!(index >= 0 && index < length))
      throw new RangeError(`index ${index} is not in [0, ${length})`);
    row = row * length + index;
  }
  return row;
}

function scatterFamily(): OpFamily {
  const family: Record<string, OpBuilder> = {};
  for (const [name, kind] of Object.entries(SCATTERS)) {
    family[`ResourceScatter${name}`] = scatter(kind, false, false);
    family[`Scatter${name}`] = scatter(kind, false, true);
    if (name === 'Mul' || name === 'Div') continue;
    family[`ResourceScatterNd${name}`] = scatter(kind, true, false);
    family[`ScatterNd${name}`] = scatter(kind, true, true);
  }
  return family;
}

const resourceGather: OpBuilder = ({ attrs }) => {
  const batchDims = attrs.int('batch_dims');
  return (inputs) => {
    const value = variableOf(inputAt(inputs, 0)).read();
    return gatherValues(value, inputAt(inputs, 1), batchDims, batchDims);
  };
};

const isInitialized: OpBuilder = () => (inputs) =>
  hostScalar(variableOf(inputAt(inputs, 0)).isInitialized() ? 1 : 0, 'bool');

/** Ops of variables. */
export const variableOps: OpFamily = {
  VarHandleOp: variableHandle,
  VariableV2: referenceVariable,
  Variable: referenceVariable,
  ReadVariableOp: () => ({
    kernel: (inputs) => variableOf(inputAt(inputs, 0)).read(),
    outputs: ['borrowed'],
  }),
  VariableShape: (node) => {
    const [dtype] = node.outputTypes;
    return (inputs) => hostVector(shapeOf(variableOf(inputAt(inputs, 0)).read()), dtype);
  },
  AssignVariableOp: assignment('Set'),
  AssignAddVariableOp: assignment('Add'),
  AssignSubVariableOp: assignment('Sub'),
  Assign: referenceAssignment('Set'),
  AssignAdd: referenceAssignment('Add'),
  AssignSub: referenceAssignment('Sub'),
  VarIsInitializedOp: isInitialized,
  IsVariableInitialized: isInitialized,
  ResourceGather: resourceGather,
  ResourceGatherNd: () => (inputs) =>
    gatherNd(variableOf(inputAt(inputs, 0)).read(), inputAt(inputs, 1)),
  DestroyResourceOp: () => () => [],
  DisableCopyOnRead: () => () => [],
  ...scatterFamily(),
  CountUpTo: (node) => {
    const limit = node.attrs.int('limit');
    return (inputs) => {
      const variable = variableOf(inputAt(inputs, 0));
      const count = numberOf(variable.read());
      if (count >= limit) throw new RangeError(`Reached limit of ${limit}`);
      variable.assign(hostScalar(count + 1, variable.dtype));
      return hostScalar(count, variable.dtype);
    };
  },
};
