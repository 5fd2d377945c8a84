/** How an operation of Keras 3 is spelled as a TFOpLambda layer. */
export interface OperationSpelling {
  /** Exported TensorFlow symbol without `tf.`. */
  readonly symbol: string;
  /** TensorFlow names of the arguments after the first. */
  readonly rest: readonly string[];
  /** TensorFlow names of the arguments that Keras 3 keeps in the config. */
  readonly config: ReadonlyMap<string, string>;
}

const UNARY: readonly (readonly [string, string])[] = [
  ['Absolute', 'math.abs'],
  ['Abs', 'math.abs'],
  ['Negative', 'math.negative'],
  ['Exp', 'math.exp'],
  ['Expm1', 'math.expm1'],
  ['Log', 'math.log'],
  ['Log1p', 'math.log1p'],
  ['Sqrt', 'math.sqrt'],
  ['Rsqrt', 'math.rsqrt'],
  ['Square', 'math.square'],
  ['Reciprocal', 'math.reciprocal'],
  ['Sign', 'math.sign'],
  ['Floor', 'math.floor'],
  ['Ceil', 'math.ceil'],
  ['Sin', 'math.sin'],
  ['Cos', 'math.cos'],
  ['Tan', 'math.tan'],
  ['Arcsin', 'math.asin'],
  ['Arccos', 'math.acos'],
  ['Arctan', 'math.atan'],
  ['Sinh', 'math.sinh'],
  ['Cosh', 'math.cosh'],
  ['Tanh', 'math.tanh'],
  ['Erf', 'math.erf'],
  ['Isnan', 'math.is_nan'],
  ['Isinf', 'math.is_inf'],
  ['Isfinite', 'math.is_finite'],
  ['LogicalNot', 'math.logical_not'],
  ['Sigmoid', 'math.sigmoid'],
  ['Softplus', 'math.softplus'],
  ['Softsign', 'nn.softsign'],
  ['LogSigmoid', 'math.log_sigmoid'],
  ['Relu', 'nn.relu'],
  ['Relu6', 'nn.relu6'],
  ['Silu', 'nn.silu'],
  ['Elu', 'nn.elu'],
  ['Selu', 'nn.selu'],
  ['StopGradient', 'stop_gradient'],
];

const BINARY: readonly (readonly [string, string])[] = [
  ['Add', '__operators__.add'],
  ['Subtract', 'math.subtract'],
  ['Multiply', 'math.multiply'],
  ['Divide', 'math.truediv'],
  ['TrueDivide', 'math.truediv'],
  ['DivideNoNan', 'math.divide_no_nan'],
  ['FloorDivide', 'math.floordiv'],
  ['Mod', 'math.floormod'],
  ['Power', 'math.pow'],
  ['Maximum', 'math.maximum'],
  ['Minimum', 'math.minimum'],
  ['Arctan2', 'math.atan2'],
  ['Equal', 'math.equal'],
  ['NotEqual', 'math.not_equal'],
  ['Greater', 'math.greater'],
  ['GreaterEqual', 'math.greater_equal'],
  ['Less', 'math.less'],
  ['LessEqual', 'math.less_equal'],
  ['LogicalAnd', 'math.logical_and'],
  ['LogicalOr', 'math.logical_or'],
  ['LogicalXor', 'math.logical_xor'],
];

const REDUCTIONS: readonly (readonly [string, string])[] = [
  ['Mean', 'math.reduce_mean'],
  ['Sum', 'math.reduce_sum'],
  ['Max', 'math.reduce_max'],
  ['Amax', 'math.reduce_max'],
  ['Min', 'math.reduce_min'],
  ['Amin', 'math.reduce_min'],
  ['Prod', 'math.reduce_prod'],
  ['All', 'math.reduce_all'],
  ['Any', 'math.reduce_any'],
  ['Std', 'math.reduce_std'],
  ['Var', 'math.reduce_variance'],
  ['Logsumexp', 'math.reduce_logsumexp'],
];

/** Keras 3 class, symbol, names after the first argument, config keys with their names. */
const OTHERS: readonly (readonly [
  string,
  string,
  readonly string[],
  Readonly<Record<string, string>>,
])[] = [
  ['Matmul', 'linalg.matmul', ['b'], {}],
  ['Concatenate', 'concat', [], { axis: 'axis' }],
  ['Stack', 'stack', [], { axis: 'axis' }],
  ['Reshape', 'reshape', [], { newshape: 'shape' }],
  ['Transpose', 'transpose', [], { axes: 'perm' }],
  ['ExpandDims', 'expand_dims', [], { axis: 'axis' }],
  ['Squeeze', 'squeeze', [], { axis: 'axis' }],
  ['BroadcastTo', 'broadcast_to', [], { shape: 'shape' }],
  ['Tile', 'tile', [], { repeats: 'multiples' }],
  ['Repeat', 'repeat', [], { repeats: 'repeats', axis: 'axis' }],
  ['Flip', 'reverse', [], { axis: 'axis' }],
  ['Roll', 'roll', [], { shift: 'shift', axis: 'axis' }],
  ['Take', 'gather', ['indices'], { axis: 'axis' }],
  ['Where', 'where', ['x', 'y'], {}],
  ['Clip', 'clip_by_value', [], { x_min: 'clip_value_min', x_max: 'clip_value_max' }],
  ['Cast', 'cast', [], { dtype: 'dtype' }],
  ['Argmax', 'math.argmax', [], { axis: 'axis' }],
  ['Argmin', 'math.argmin', [], { axis: 'axis' }],
  ['Cumsum', 'math.cumsum', [], { axis: 'axis' }],
  ['Softmax', 'nn.softmax', [], { axis: 'axis' }],
  ['LogSoftmax', 'nn.log_softmax', [], { axis: 'axis' }],
  ['LeakyRelu', 'nn.leaky_relu', [], { negative_slope: 'alpha' }],
  ['Gelu', 'nn.gelu', [], { approximate: 'approximate' }],
  ['OneHot', 'one_hot', [], { num_classes: 'depth', axis: 'axis', dtype: 'dtype' }],
];

/** Spelling of each operation of Keras 3 that TensorFlow has too, by class name. */
export function operationSpellings(): ReadonlyMap<string, OperationSpelling> {
  const none: ReadonlyMap<string, string> = new Map();
  const reduction = new Map([
    ['axis', 'axis'],
    ['keepdims', 'keepdims'],
  ]);
  return new Map<string, OperationSpelling>([
    ...UNARY.map(([name, symbol]) => [name, { symbol, rest: [], config: none }] as const),
    ...BINARY.map(([name, symbol]) => [name, { symbol, rest: ['y'], config: none }] as const),
    ...REDUCTIONS.map(([name, symbol]) => [name, { symbol, rest: [], config: reduction }] as const),
    ...OTHERS.map(
      ([name, symbol, rest, config]) =>
        [name, { symbol, rest, config: new Map(Object.entries(config)) }] as const,
    ),
  ]);
}
