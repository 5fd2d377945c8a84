"""What the models of oracle_revive_zoo.py and oracle_revive_more.py are made of."""
import numpy as np
import tensorflow as tf

keras = tf.keras
layers = keras.layers
MODELS = {}


def model(make):
    MODELS[make.__name__] = make
    return make


def numbers(*shape, seed=3):
    return np.random.RandomState(seed).uniform(-1, 1, shape).astype("float32")


def compiled(made, loss="mse", optimizer=None, **rest):
    made.compile(optimizer or keras.optimizers.SGD(0.1), loss, **rest)
    return made


def around(layer, shape=(4,), units=2, loss="mse", **rest):
    """A functional model around a layer."""
    inputs = keras.Input(shape, name="x")
    outputs = layers.Dense(units, name="head")(layer(inputs))
    return compiled(keras.Model(inputs, outputs, name="around"), loss, **rest)


def case(made, shape=(6, 4), out=(6, 2), **rest):
    return {"model": made, "x": numbers(*shape), "y": numbers(*out, seed=4), **rest}


class Scale(layers.Layer):
    """Multiplies by a weight."""

    def build(self, input_shape):
        self.w = self.add_weight("w", (input_shape[-1],), initializer="ones")
        super().build(input_shape)

    def call(self, inputs):
        return inputs * self.w


def ids(rows=6, steps=5):
    return np.random.RandomState(5).randint(0, 4, (rows, steps)).astype("int32")
