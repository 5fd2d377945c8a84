import { UnsupportedError } from '@km/core';
import type { GraphDType } from '../../executor/dtype.ts';
import * as attr from '../attr.ts';
import type { GraphTensor } from '../emitter.ts';
import type { KernelCall, KernelFamily, KernelWriter } from '../kernel-call.ts';
import { Varying } from '../numbers.ts';

function fill(call: KernelCall): GraphTensor {
  const { emit } = call;
  const value = call.attr('value');
  const dtype = call.outputType();
  const number = typeof value === 'string' ? new TextEncoder().encode(value) : Number(value);
  const element = emit.constant(dtype, [], [number]);
  const shape = call.outputShape();
  if (shape.length === 0) return element;
  return emit.op('Fill', [call.vector(shape), element]);
}

/** A number as a scalar of a type; one that varies is computed. */
function bound(call: KernelCall, name: string, dtype: GraphDType): GraphTensor {
  const number = call.number(name);
  if (!(number instanceof Varying)) return call.emit.scalar(number, dtype);
  return dtype === 'int32' ? call.scalar(number) : call.real(number);
}

function range(call: KernelCall): GraphTensor {
  const dtype = call.outputType();
  const { values } = call.number('stop') instanceof Varying ? { values: [] } : { values: null };
  const [start, stop, step] = [call.number('start'), call.number('stop'), call.number('step')];
  // The kernel turns the default step around for a falling range.
  const isFalling = values === null && Number(stop) < Number(start) && step === 1;
  const limits = ['start', 'stop'].map((name) => bound(call, name, dtype));
  const delta = isFalling ? call.emit.scalar(-1, dtype) : bound(call, 'step', dtype);
  return call.emit.op('Range', [...limits, delta]);
}

function oneHot(call: KernelCall): GraphTensor {
  const { emit } = call;
  const dtype = call.outputType();
  const [on, off] = ['onValue', 'offValue'].map((name) =>
    emit.scalar(call.fixed(name, name === 'onValue' ? 1 : 0), dtype),
  );
  const depth = call.scalar(call.number('depth'));
  return emit.op('OneHot', [call.tensor('indices'), depth, on ?? depth, off ?? depth]);
}

/** Random draws; the seed of a kernel is that of the op. */
function draw(op: string, integers: boolean): KernelWriter {
  return (call) => {
    const { emit } = call;
    const shape = call.vector(call.outputShape());
    const attrs = { seed: attr.int(call.fixed('seed')), seed2: attr.int(call.fixed('seed2')) };
    if (!integers) {
      return emit.op(op, [shape], { ...attrs, dtype: attr.type(call.outputType()) });
    }
    const bounds = ['minval', 'maxval'].map((name) => bound(call, name, 'int32'));
    return emit.op(op, [shape, ...bounds], attrs);
  };
}

function statelessDraw(op: string, integers: boolean): KernelWriter {
  return (call) => {
    const { emit } = call;
    const shape = call.vector(call.outputShape());
    const seed = emit.vector(call.fixedList('seed'));
    const attrs = { dtype: attr.type(call.outputType()) };
    if (!integers) return emit.op(op, [shape, seed], attrs);
    const bounds = ['minval', 'maxval'].map((name) => bound(call, name, 'int32'));
    return emit.op(op, [shape, seed, ...bounds], attrs);
  };
}

/** Kernels that make tensors out of attributes, and random draws. */
export const creationWriters: KernelFamily = {
  Fill: fill,
  Range: range,
  LinSpace: (call) => {
    const limits = ['start', 'stop'].map((name) => bound(call, name, 'float32'));
    return call.emit.op('LinSpace', [...limits, call.scalar(call.number('num'))]);
  },
  OneHot: oneHot,
  Multinomial: (call) => {
    if (call.flag('normalized')) {
      throw new UnsupportedError('multinomial of probabilities has no op; pass logits.');
    }
    const samples = call.scalar(call.number('numSamples'));
    return call.emit.op('Multinomial', [call.tensor('logits'), samples], {
      seed: attr.int(call.fixed('seed', 0)),
      output_dtype: attr.type('int32'),
    });
  },
  RandomUniform: draw('RandomUniform', false),
  RandomStandardNormal: draw('RandomStandardNormal', false),
  TruncatedNormal: draw('TruncatedNormal', false),
  RandomUniformInt: draw('RandomUniformInt', true),
  StatelessRandomUniform: statelessDraw('StatelessRandomUniform', false),
  StatelessRandomNormal: statelessDraw('StatelessRandomNormal', false),
  StatelessTruncatedNormal: statelessDraw('StatelessTruncatedNormal', false),
  StatelessRandomUniformInt: statelessDraw('StatelessRandomUniformInt', true),
};
