"""Models with ragged tensors for oracle-ragged.ts: `case(name, inputs, build)` for each layer, function and member."""
import importlib.util
import os

if importlib.util.find_spec("tf_keras"):
    os.environ["TF_USE_LEGACY_KERAS"] = "1"

import numpy as np
import tensorflow as tf

K = tf.keras
L = K.layers
RT = tf.RaggedTensor
CASES = []


def rt(values, lengths):
    return RT.from_row_lengths(values, lengths)


def case(name, keys, build):
    CASES.append((name, keys.split(), build))


F3 = rt(tf.constant(np.sin(np.arange(24)).reshape(8, 3).astype('float32')), [3, 1, 0, 4])
F3B = rt(tf.constant(np.cos(np.arange(24)).reshape(8, 3).astype('float32')), [3, 1, 0, 4])
F2 = rt(tf.constant(np.sin(np.arange(8)).astype('float32')), [3, 1, 0, 4])
I2 = rt(tf.constant([1, 2, 3, 4, 0, 6, 2, 1]), [3, 1, 0, 4])
S2 = rt(tf.constant(['a', 'b', 'c', 'a', 'e', 'a', 'b', 'b']), [3, 1, 0, 4])
N3 = rt(tf.constant(np.sin(np.arange(24)).reshape(8, 3).astype('float32')), [3, 1, 2, 2])
F4 = rt(tf.reshape(tf.sin(tf.range(48, dtype='float32')), [3, 4, 4, 1]), [2, 1])
I3 = rt(rt(tf.constant([1, 2, 3, 4, 5, 6, 7, 8]), [2, 1, 0, 4, 1]), [3, 0, 2])
D3 = tf.constant(np.sin(np.arange(24)).reshape(2, 4, 3).astype('float32'))
T1 = tf.constant([['a b'], ['c'], ['']])
INPUTS = {
  'f3': (F3, [None, 3], True), 'g3': (F3B, [None, 3], True), 'f2': (F2, [None], True), 'i2': (I2, [None], True),
  's2': (S2, [None], True), 'n3': (N3, [None, 3], True), 'f4': (F4, [None, 4, 4, 1], True), 'i3': (I3, [None, None], True),
  'd3': (D3, [4, 3], False), 't1': (T1, [1], False),
}
for a in ['relu', 'sigmoid', 'softmax', 'tanh', 'elu', 'selu', 'swish', 'softplus', 'softsign', 'exponential', 'linear', 'hard_sigmoid']:
    case('Activation ' + a, 'f3', lambda x, a=a: L.Activation(a)(x))
case('Activation softmax of rows', 'f2', lambda x: L.Activation('softmax')(x))
case('Softmax of rows', 'f2', lambda x: L.Softmax()(x))
case('Softmax', 'f3', lambda x: L.Softmax()(x))
case('ActivityRegularization', 'f3', lambda x: L.ActivityRegularization(l1=.1)(x))
for n in ['Add', 'Subtract', 'Multiply', 'Average', 'Maximum', 'Minimum']:
    case(n, 'f3 g3', lambda x, y, n=n: getattr(L, n)()([x, y]))
for ax in (0, 1, 2, -1): case('Concatenate %d' % ax, 'f3 g3', lambda x, y, ax=ax: L.Concatenate(axis=ax)([x, y]))
case('Concatenate rows', 'f2', lambda x: L.Concatenate()([x, x, x]))
for n, kw in [('AlphaDropout', {'rate': .3}), ('Dropout', {'rate': .3}), ('GaussianDropout', {'rate': .3}), ('GaussianNoise', {'stddev': .3}), ('SpatialDropout1D', {'rate': .3}), ('ELU', {}), ('LeakyReLU', {}), ('ReLU', {'max_value': .5}), ('ThresholdedReLU', {'theta': .3}), ('Identity', {}), ('Masking', {}), ('Rescaling', {'scale': 2., 'offset': 1.}), ('LayerNormalization', {}), ('Dense', {'units': 2, 'activation': 'softmax'}), ('Dense', {'units': 2})]:
    case(n + (' softmax' if kw.get('activation') else ''), 'f3', lambda x, n=n, kw=kw: getattr(L, n)(**kw)(x))
case('Rescaling rows', 'i2', lambda x: L.Rescaling(.5)(x))
case('Embedding', 'i2', lambda x: L.Embedding(20, 2)(x))
case('Embedding deep', 'i3', lambda x: L.Embedding(20, 2)(x))
for n in ['LSTM', 'GRU', 'SimpleRNN']:
    for kw in [{}, {'return_sequences': True}, {'return_sequences': True, 'return_state': True}, {'go_backwards': True}, {'go_backwards': True, 'return_sequences': True}]:
        case(n + ' ' + ' '.join(kw), 'n3', lambda x, n=n, kw=kw: getattr(L, n)(2, **kw)(x))
case('LSTM empty row', 'f3', lambda x: L.LSTM(2)(x))
case('LSTM initial_state', 'n3', lambda x: L.LSTM(2, return_sequences=True)(x, initial_state=L.LSTM(2, return_state=True)(x)[1:]))
case('Bidirectional', 'n3', lambda x: L.Bidirectional(L.LSTM(2))(x))
case('Bidirectional sequences', 'n3', lambda x: L.Bidirectional(L.GRU(2, return_sequences=True))(x))
case('Bidirectional sum', 'n3', lambda x: L.Bidirectional(L.LSTM(2, return_sequences=True), merge_mode='sum')(x))
case('Bidirectional apart', 'n3', lambda x: L.Bidirectional(L.LSTM(2, return_sequences=True), merge_mode=None)(x))
case('Bidirectional state', 'n3', lambda x: L.Bidirectional(L.LSTM(2, return_state=True))(x))
case('RNN', 'n3', lambda x: L.RNN(L.GRUCell(2), return_sequences=True)(x))
case('RNN stacked', 'n3', lambda x: L.RNN([L.LSTMCell(2), L.GRUCell(2)], return_state=True)(x))
case('TimeDistributed Dense', 'f3', lambda x: L.TimeDistributed(L.Dense(2))(x))
case('TimeDistributed Conv2D', 'f4', lambda x: L.TimeDistributed(L.Conv2D(2, 2))(x))
case('TimeDistributed Flatten', 'f4', lambda x: L.TimeDistributed(L.Flatten())(x))
case('GlobalAveragePooling1D', 'n3', lambda x: L.GlobalAveragePooling1D()(x))
case('GlobalAveragePooling1D keepdims', 'n3', lambda x: L.GlobalAveragePooling1D(keepdims=True)(x))
case('GlobalMaxPooling1D', 'n3', lambda x: L.GlobalMaxPooling1D()(x))
case('Discretization', 'f2', lambda x: L.Discretization([-.5, .5])(x))
case('Hashing', 's2', lambda x: L.Hashing(5)(x))
case('Hashing ints', 'i2', lambda x: L.Hashing(5)(x))
case('Hashing multi_hot', 's2', lambda x: L.Hashing(5, output_mode='multi_hot')(x))
case('Hashing count', 's2', lambda x: L.Hashing(5, output_mode='count')(x))
case('StringLookup', 's2', lambda x: L.StringLookup(vocabulary=['a', 'b'])(x))
case('StringLookup multi_hot', 's2', lambda x: L.StringLookup(vocabulary=['a', 'b'], output_mode='multi_hot')(x))
case('StringLookup count', 's2', lambda x: L.StringLookup(vocabulary=['a', 'b'], output_mode='count')(x))
case('StringLookup tf_idf', 's2', lambda x: L.StringLookup(vocabulary=['a', 'b'], idf_weights=[.5, .25], output_mode='tf_idf')(x))
case('IntegerLookup', 'i2', lambda x: L.IntegerLookup(vocabulary=[1, 2, 4])(x))
case('IntegerLookup mask', 'i2', lambda x: L.IntegerLookup(vocabulary=[1, 2, 4], mask_token=0)(x))
case('IntegerLookup count', 'i2', lambda x: L.IntegerLookup(vocabulary=[1, 2, 4], output_mode='count')(x))
case('CategoryEncoding multi_hot', 'i2', lambda x: L.CategoryEncoding(10, output_mode='multi_hot')(x))
case('CategoryEncoding count', 'i2', lambda x: L.CategoryEncoding(10, output_mode='count')(x))
case('TextVectorization ragged', 't1', lambda x: L.TextVectorization(vocabulary=['a', 'b', 'c'], ragged=True)(x))
case('TextVectorization ragged characters', 't1', lambda x: L.TextVectorization(vocabulary=['a', 'b', 'c'], ragged=True, split='character')(x))
case('TextVectorization ragged ngrams', 't1', lambda x: L.TextVectorization(vocabulary=['a', 'b', 'a b'], ragged=True, ngrams=2)(x))
case('TextVectorization of rows', 's2', lambda x: L.TextVectorization(vocabulary=['a', 'b'], split=None, standardize=None)(x))
case('TextVectorization of rows ragged', 's2', lambda x: L.TextVectorization(vocabulary=['a', 'b'], split=None, standardize=None, ragged=True)(x))
case('TextVectorization of rows multi_hot', 's2', lambda x: L.TextVectorization(vocabulary=['a', 'b'], split=None, standardize=None, output_mode='multi_hot')(x))
# properties and methods
case('to_tensor', 'f3', lambda x: x.to_tensor())
case('to_tensor default', 'i2', lambda x: x.to_tensor(default_value=-1))
case('to_tensor shape', 'f3', lambda x: x.to_tensor(shape=[None, 5, 3]))
case('to_tensor deep', 'i3', lambda x: x.to_tensor())
for p in ['values', 'flat_values', 'row_splits']: case(p, 'f3', lambda x, p=p: getattr(x, p))
case('values deep', 'i3', lambda x: x.values)
for p in ['row_lengths', 'row_starts', 'row_limits', 'value_rowids', 'nrows', 'bounding_shape', 'nested_row_lengths', 'nested_value_rowids']: case(p, 'f3', lambda x, p=p: getattr(x, p)())
case('row_lengths axis', 'i3', lambda x: x.row_lengths(axis=2))
case('nested_row_splits', 'i3', lambda x: x.nested_row_splits)
case('with_values', 'f3', lambda x: x.with_values(x.values * 2.))
case('with_flat_values', 'i3', lambda x: x.with_flat_values(x.flat_values + 1))
case('from_row_splits', 'f3', lambda x: RT.from_row_splits(x.values, x.row_splits))
case('from_row_lengths', 'f3', lambda x: RT.from_row_lengths(x.values, x.row_lengths()))
case('from_value_rowids', 'f3', lambda x: RT.from_value_rowids(x.values, x.value_rowids(), nrows=x.nrows()))
case('from_row_starts', 'f3', lambda x: RT.from_row_starts(x.values, x.row_starts()))
case('from_row_limits', 'f3', lambda x: RT.from_row_limits(x.values, x.row_limits()))
case('from_tensor', 'd3', lambda x: RT.from_tensor(x))
case('from_tensor lengths', 'd3', lambda x: RT.from_tensor(x, lengths=tf.constant([1, 3])))
case('from_nested_row_splits', 'i3', lambda x: RT.from_nested_row_splits(x.flat_values, x.nested_row_splits))
case('merge_dims', 'i3', lambda x: x.merge_dims(1, 2))
# functions
case('plus', 'f3 g3', lambda x, y: x + y)
case('times number', 'f3', lambda x: x * 2.)
case('number minus', 'f3', lambda x: 1. - x)
case('divide', 'f3', lambda x: x / 2.)
case('negative', 'f3', lambda x: -x)
case('power', 'f3', lambda x: x ** 2)
case('greater', 'f3', lambda x: x > 0.)
case('equal', 'i2', lambda x: tf.equal(x, 2))
case('plus column', 'f3', lambda x: x + tf.constant([[[1., 2., 3.]]]))
case('plus per row', 'f2', lambda x: x + tf.constant([[1.], [2.], [3.], [4.]]))
for f in ['abs', 'exp', 'sqrt', 'square', 'sin', 'tanh', 'sign', 'round', 'floor']: case('math.' + f, 'f3', lambda x, f=f: getattr(tf.math, f)(x))
case('math.log1p', 'i2', lambda x: tf.math.log1p(tf.cast(x, 'float32')))
case('nn.relu', 'f3', lambda x: tf.nn.relu(x))
case('nn.softmax', 'f2', lambda x: tf.nn.softmax(x))
case('nn.dropout', 'f3', lambda x: tf.nn.dropout(x, 0.))
case('clip', 'f3', lambda x: tf.clip_by_value(x, -.5, .5))
case('cast', 'i2', lambda x: tf.cast(x, 'float32'))
case('maximum', 'f3', lambda x: tf.maximum(x, 0.))
case('concat 0', 'f3 g3', lambda x, y: tf.concat([x, y], 0))
case('concat 1', 'f3 g3', lambda x, y: tf.concat([x, y], 1))
case('concat 2', 'f3 g3', lambda x, y: tf.concat([x, y], 2))
case('stack 0', 'f3 g3', lambda x, y: tf.stack([x, y], 0))
case('stack 1', 'f3 g3', lambda x, y: tf.stack([x, y], 1))
for r in ['reduce_sum', 'reduce_mean', 'reduce_max', 'reduce_min', 'reduce_prod']:
    case(r + ' 1', 'n3', lambda x, r=r: getattr(tf, r)(x, axis=1))
    case(r + ' 0', 'n3', lambda x, r=r: getattr(tf, r)(x, axis=0))
    case(r + ' 2', 'n3', lambda x, r=r: getattr(tf, r)(x, axis=2))
    case(r + ' all', 'n3', lambda x, r=r: getattr(tf, r)(x))
    case(r + ' keepdims', 'n3', lambda x, r=r: getattr(tf, r)(x, axis=1, keepdims=True))
case('reduce_any', 'i2', lambda x: tf.reduce_any(x > 1, axis=1))
case('reduce_all', 'i2', lambda x: tf.reduce_all(x > 1, axis=1))
case('reduce_variance', 'n3', lambda x: tf.math.reduce_variance(x, axis=1))
case('reduce_sum rows', 'f2', lambda x: tf.reduce_sum(x, axis=-1))
case('reduce_sum deep', 'i3', lambda x: tf.reduce_sum(x, axis=2))
case('reduce_sum deep 1', 'i3', lambda x: tf.reduce_sum(x, axis=1))
case('expand_dims -1', 'f2', lambda x: tf.expand_dims(x, -1))
case('expand_dims 0', 'f2', lambda x: tf.expand_dims(x, 0))
case('expand_dims 1', 'f2', lambda x: tf.expand_dims(x, 1))
case('squeeze', 'f2', lambda x: tf.squeeze(tf.expand_dims(x, -1), -1))
case('gather', 'i2', lambda x: tf.gather(tf.constant([[1., 2.], [3., 4.], [5., 6.], [7., 8.], [9., 10.], [0., 0.], [1., 1.]]), x))
case('gather rows', 'f3', lambda x: tf.gather(x, [1, 3, 0]))
case('one_hot', 'i2', lambda x: tf.one_hot(x, 4))
case('where', 'f3 g3', lambda x, y: tf.where(x > 0., x, y))
case('boolean_mask', 'f2', lambda x: tf.ragged.boolean_mask(x, x > 0.))
case('reverse', 'f2', lambda x: tf.reverse(x, [1]))
case('tile', 'f2', lambda x: tf.tile(x, [1, 2]))
case('size', 'f3', lambda x: tf.size(x))
case('rank', 'f3', lambda x: tf.rank(x))
case('zeros_like', 'f3', lambda x: tf.zeros_like(x))
case('ones_like', 'f3', lambda x: tf.ones_like(x))
case('identity', 'f3', lambda x: tf.identity(x))
case('add_n', 'f3 g3', lambda x, y: tf.add_n([x, y]))
case('strings.lower', 's2', lambda x: tf.strings.lower(x))
case('strings.length', 's2', lambda x: tf.strings.length(x))
case('strings.join', 's2', lambda x: tf.strings.join([x, x], separator='-'))
case('strings.reduce_join', 's2', lambda x: tf.strings.reduce_join(x, axis=-1, separator=' '))
case('strings.split', 't1', lambda x: tf.strings.split(x[:, 0]))
case('as_string', 'i2', lambda x: tf.as_string(x))
# slices
case('slice row', 'f3', lambda x: x[0])
case('slice rows', 'f3', lambda x: x[1:3])
case('slice first values', 'n3', lambda x: x[:, 0])
case('slice last values', 'n3', lambda x: x[:, -1])
case('slice begins', 'f3', lambda x: x[:, :2])
case('slice ends', 'f3', lambda x: x[:, -2:])
case('slice from', 'f3', lambda x: x[:, 1:])
case('slice inner', 'f3', lambda x: x[:, :, 1])
case('slice inner range', 'f3', lambda x: x[..., :2])
case('slice new axis', 'f2', lambda x: x[:, :, tf.newaxis])
case('slice step', 'f3', lambda x: x[:, ::2])


class Scale(L.Layer):
    """Scales values by a weight, and keeps the rows."""

    def build(self, shape):
        self.scale = self.add_weight(name="scale", shape=[])
        super().build(shape)

    def call(self, x):
        return x.with_flat_values(x.flat_values * self.scale)


class Pool(L.Layer):
    def call(self, x):
        return tf.reduce_sum(x, axis=1)


# Layers of the names that begin with "custom" are known here by the functions of a SavedModel only.
case('custom Scale', 'f3', lambda x: Scale()(x))
case('custom Pool', 'n3', lambda x: Pool()(Scale()(x)))
case('custom LSTM', 'n3', lambda x: L.LSTM(2)(Scale()(x)))
