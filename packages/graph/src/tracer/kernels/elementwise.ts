import * as attr from '../attr.ts';
import type { GraphTensor } from '../emitter.ts';
import type { KernelCall, KernelFamily, KernelWriter } from '../kernel-call.ts';

/** Kernels with one input whose op has the same name. */
const UNARY: readonly string[] = [
  'Abs',
  'Acos',
  'Acosh',
  'Asin',
  'Asinh',
  'Atan',
  'Atanh',
  'Ceil',
  'Cos',
  'Cosh',
  'Elu',
  'Erf',
  'Exp',
  'Expm1',
  'Floor',
  'IsFinite',
  'IsInf',
  'IsNan',
  'Log',
  'Log1p',
  'LogicalNot',
  'Neg',
  'OnesLike',
  'Reciprocal',
  'Relu',
  'Relu6',
  'Round',
  'Rsqrt',
  'Selu',
  'Sigmoid',
  'Sign',
  'Sin',
  'Sinh',
  'Softplus',
  'Sqrt',
  'Square',
  'Tan',
  'Tanh',
  'ZerosLike',
];

/** Kernels with two inputs, and the op that computes the same. */
const ARITHMETIC: Readonly<Record<string, string>> = {
  Add: 'AddV2',
  Atan2: 'Atan2',
  BitwiseAnd: 'BitwiseAnd',
  FloorDiv: 'FloorDiv',
  Maximum: 'Maximum',
  Minimum: 'Minimum',
  Mod: 'FloorMod',
  Multiply: 'Mul',
  Pow: 'Pow',
  RealDiv: 'RealDiv',
  SquaredDifference: 'SquaredDifference',
  Sub: 'Sub',
  Greater: 'Greater',
  GreaterEqual: 'GreaterEqual',
  Less: 'Less',
  LessEqual: 'LessEqual',
};

/** A truth value as a number, with which tfjs computes. */
function numeric(call: KernelCall, name: string): GraphTensor {
  const x = call.tensor(name);
  return x.dtype === 'bool' ? call.emit.cast(x, 'int32') : x;
}

const arithmetic =
  (op: string): KernelWriter =>
  (call) =>
    call.emit.cast(call.emit.op(op, [numeric(call, 'a'), numeric(call, 'b')]), call.outputType());

const logical =
  (op: string): KernelWriter =>
  (call) =>
    call.emit.op(
      op,
      ['a', 'b'].map((name) => call.emit.cast(call.tensor(name), 'bool')),
    );

function family(names: readonly string[], make: (name: string) => KernelWriter): KernelFamily {
  return Object.fromEntries(names.map((name) => [name, make(name)]));
}

/** Kernels that work element by element. */
export const elementwiseWriters: KernelFamily = {
  ...family(UNARY, (op) => (call) => call.emit.op(op, [call.tensor('x')])),
  ...family(Object.keys(ARITHMETIC), (name) => arithmetic(ARITHMETIC[name] ?? name)),
  ...family(
    ['Equal', 'NotEqual'],
    (op) => (call) => call.emit.op(op, [call.tensor('a'), call.tensor('b')]),
  ),
  ...family(['LogicalAnd', 'LogicalOr'], logical),
  LogicalXor: logical('NotEqual'),
  Identity: (call) => call.tensor('x'),
  Cast: (call) => call.emit.cast(call.tensor('x'), call.outputType()),
  AddN: (call) => {
    const [first, ...others] = call.list();
    if (first === undefined) throw new TypeError('AddN needs an input.');
    return others.reduce((sum, x) => call.emit.op('AddV2', [sum, x]), first);
  },
  /** As `tf.clip_by_value` does. */
  ClipByValue: (call) => {
    const { emit } = call;
    const x = call.tensor('x');
    const high = emit.scalar(call.fixed('clipValueMax'), x.dtype);
    const low = emit.scalar(call.fixed('clipValueMin'), x.dtype);
    return emit.op('Maximum', [emit.op('Minimum', [x, high]), low]);
  },
  LeakyRelu: (call) =>
    call.emit.op('LeakyRelu', [call.tensor('x')], { alpha: attr.float(call.fixed('alpha', 0.2)) }),
  /** `max(x, 0) − alpha · max(−x, 0)` */
  Prelu: (call) => {
    const { emit } = call;
    const x = call.tensor('x');
    const below = emit.op('Relu', [emit.op('Neg', [x])]);
    const scaled = emit.op('Mul', [call.tensor('alpha'), below]);
    return emit.op('Sub', [emit.op('Relu', [x]), scaled]);
  },
  Step: (call) => {
    const { emit } = call;
    const x = call.tensor('x');
    const [one, other] = [1, call.fixed('alpha', 0)].map((n) => emit.scalar(n, x.dtype));
    const above = emit.op('Greater', [x, emit.scalar(0, x.dtype)]);
    return emit.op('SelectV2', [above, one ?? x, other ?? x]);
  },
  Select: (call) => {
    const { emit } = call;
    const dtype = call.outputType();
    const [yes, no] = ['t', 'e'].map((name) => emit.cast(call.tensor(name), dtype));
    const condition = emit.cast(call.tensor('condition'), 'bool');
    return emit.op('SelectV2', [condition, yes ?? condition, no ?? condition]);
  },
  Softmax: (call) => call.emit.op('Softmax', [call.tensor('logits')]),
  LogSoftmax: (call) => call.emit.op('LogSoftmax', [call.tensor('logits')]),
  Complex: (call) =>
    call.emit.op('Complex', [call.tensor('real'), call.tensor('imag')], {
      Tout: attr.type('complex64'),
    }),
  ComplexAbs: (call) =>
    call.emit.op('ComplexAbs', [call.tensor('x')], { Tout: attr.type('float32') }),
  ...family(
    ['Real', 'Imag'],
    (op) => (call) => call.emit.op(op, [call.tensor('input')], { Tout: attr.type('float32') }),
  ),
  ...family(['FFT', 'IFFT'], (op) => (call) => call.emit.op(op, [call.tensor('input')])),
  EluGrad: (call) => call.emit.op('EluGrad', [call.tensor('dy'), call.tensor('y')]),
  ReluGrad: (call) => call.emit.op('ReluGrad', [call.tensor('dy'), call.tensor('y')]),
  Relu6Grad: (call) => call.emit.op('Relu6Grad', [call.tensor('dy'), call.tensor('y')]),
};
