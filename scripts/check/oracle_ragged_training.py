"""Trainings of models with ragged tensors for oracle-ragged.ts."""
import json

import numpy as np

from oracle_ragged_cases import K, tf

L = K.layers
RT = tf.RaggedTensor
LENGTHS = [3, 1, 2, 4, 2]
N = sum(LENGTHS)
def rt(a): return RT.from_row_lengths(tf.constant(a), LENGTHS)
I = rt((np.arange(N) * 7 % 9 + 1).astype('int32'))
F = rt(np.sin(np.arange(N * 3)).reshape(N, 3).astype('float32'))
Y3 = rt(np.cos(np.arange(N * 2)).reshape(N, 2).astype('float32'))
P3 = rt(np.abs(np.cos(np.arange(N * 2))).reshape(N, 2).astype('float32') > .6)
C3 = rt(np.eye(2)[np.arange(N) * 3 % 2].astype('float32'))
S2 = rt((np.arange(N) * 3 % 2).astype('int32'))
D = tf.constant(np.sin(np.arange(5)).reshape(5, 1).astype('float32'))
B = tf.constant((np.arange(5) % 2).reshape(5, 1).astype('float32'))
def model(kind):
    if kind == 'lstm':
        x = K.Input([None], ragged=True, dtype='int32', name='x'); y = L.Dense(1)(L.LSTM(3)(L.Embedding(12, 2)(x)))
    elif kind == 'pool':
        x = K.Input([None], ragged=True, dtype='int32', name='x'); y = L.Dense(1, activation='sigmoid')(L.GlobalAveragePooling1D()(L.Embedding(12, 2)(x)))
    elif kind == 'rows':
        x = K.Input([None, 3], ragged=True, name='x'); y = L.Dense(2)(L.GRU(3, return_sequences=True)(x))
    elif kind == 'probs':
        x = K.Input([None, 3], ragged=True, name='x'); y = L.Dense(2, activation='softmax')(x)
    elif kind == 'sigmoid':
        x = K.Input([None, 3], ragged=True, name='x'); y = L.Dense(2, activation='sigmoid')(x)
    elif kind == 'flat':
        x = K.Input([None, 3], ragged=True, name='x'); y = tf.reduce_sum(L.Dense(2)(x), axis=-1)
    return K.Model(x, y)
SUM2 = rt(np.cos(np.arange(N)).astype('float32'))


TRAININGS = [('lstm mse', 'lstm', I, D, 'mse', ['mae']), ('pool binary_crossentropy', 'pool', I, B, 'binary_crossentropy', ['accuracy', 'AUC']),
  ('rows mse', 'rows', F, Y3, 'mse', ['mae']), ('rows mae', 'rows', F, Y3, 'mae', ['mse']),
  ('rows huber', 'rows', F, Y3, 'huber', []), ('sigmoid mean_squared_logarithmic_error', 'sigmoid', F, Y3, 'mean_squared_logarithmic_error', []),
  ('probs categorical_crossentropy', 'probs', F, C3, 'categorical_crossentropy', ['accuracy']), ('probs sparse_categorical_crossentropy', 'probs', F, S2, 'sparse_categorical_crossentropy', ['accuracy']),
  ('sigmoid binary_crossentropy', 'sigmoid', F, C3, 'binary_crossentropy', ['accuracy']),
  ('flat mse', 'flat', F, SUM2, 'mse', ['mae']), ('flat mae', 'flat', F, SUM2, 'mae', [])]


def train(case, fill, show):
    name, kind, x, y, loss, metrics = case
    K.backend.clear_session()
    built = model(kind)
    fill(built)
    before = [show(weight) for weight in built.weights]
    built.compile(K.optimizers.SGD(0.1), loss, metrics=metrics)
    history = built.fit(x, y, batch_size=2, epochs=3, shuffle=False, verbose=0).history
    results = built.evaluate(x, y, batch_size=2, verbose=0)
    return {
        "name": name,
        "loss": loss,
        "metrics": metrics,
        "config": json.loads(built.to_json()),
        "x": show(x),
        "y": show(y),
        "before": before,
        "after": [show(weight) for weight in built.weights],
        "history": {key: [float(each) for each in values] for key, values in history.items()},
        "evaluate": [float(each) for each in np.atleast_1d(results)],
        "predict": show(built.predict(x, batch_size=2, verbose=0)),
    }
