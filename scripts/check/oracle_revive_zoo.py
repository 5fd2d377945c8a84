"""Models of custom classes, by name: what oracle_revive.py saves. Every maker returns the built model, its inputs `x` and
targets `y`, whether training is `deterministic`, arguments for `save`, and what happens to the directory `after` that.
"""
import os

import numpy as np
import tensorflow as tf

from oracle_revive_base import MODELS, Scale, around, case, compiled, ids, keras, layers, model, numbers


class TrainingScale(Scale):
    def call(self, inputs, training=None):
        if training is None:
            training = keras.backend.learning_phase()
        outputs = inputs * self.w
        return keras.backend.in_train_phase(outputs * 2.0, outputs, training)


@model
def training_argument():
    return case(around(TrainingScale(name="scale")))


class Simple(layers.Layer):
    """A training argument with a plain Python branch."""

    def __init__(self, **rest):
        super().__init__(**rest)
        self.inner = layers.Dense(3, activation="tanh")

    def call(self, inputs, training=False):
        x = self.inner(inputs)
        return x * 3.0 if training else x


@model
def training_branch():
    return case(around(Simple(name="simple")))


class Block(layers.Layer):
    def __init__(self, units=4, **rest):
        super().__init__(**rest)
        self.dense = layers.Dense(units, activation="relu")
        self.drop = layers.Dropout(0.5)

    def call(self, inputs, training=None):
        return self.drop(self.dense(inputs), training=training)


@model
def dropout_inside():
    return case(around(Block(name="block")), deterministic=False)


class Losses(Scale):
    def call(self, inputs):
        outputs = inputs * self.w
        self.add_loss(tf.reduce_mean(tf.abs(outputs)))
        self.add_metric(tf.reduce_sum(outputs), name="total", aggregation="mean")
        return outputs


@model
def add_loss_metric():
    return case(around(Losses(name="losses")))


class Penalised(layers.Layer):
    def build(self, input_shape):
        self.w = self.add_weight("w", (input_shape[-1], 3), regularizer=keras.regularizers.L2(0.1), initializer="glorot_uniform")

    def call(self, inputs):
        return tf.matmul(inputs, self.w)


@model
def regularizers():
    return case(around(Penalised(name="penalised", activity_regularizer=keras.regularizers.L1(0.01))))


class Tokens(layers.Layer):
    """Makes a mask."""

    def build(self, input_shape):
        self.table = self.add_weight("table", (10, 4), initializer="uniform")

    def call(self, inputs):
        return tf.gather(self.table, tf.cast(inputs, tf.int32))

    def compute_mask(self, inputs, mask=None):
        return tf.not_equal(inputs, 0)


class Pool(layers.Layer):
    """Uses a mask."""

    def __init__(self, **rest):
        super().__init__(**rest)
        self.supports_masking = True

    def call(self, inputs, mask=None):
        if mask is None:
            return tf.reduce_mean(inputs, 1)
        weights = tf.cast(mask, inputs.dtype)[:, :, None]
        return tf.reduce_sum(inputs * weights, 1) / (tf.reduce_sum(weights, 1) + 1e-3)

    def compute_mask(self, inputs, mask=None):
        return None


@model
def mask_made_and_used():
    inputs = keras.Input((5,), dtype="int32", name="x")
    outputs = layers.Dense(2, name="head")(Pool(name="pool")(Tokens(name="tokens")(inputs)))
    return {**case(compiled(keras.Model(inputs, outputs))), "x": ids()}


@model
def mask_used():
    inputs = keras.Input((5,), dtype="int32", name="x")
    x = layers.Embedding(10, 4, mask_zero=True, name="embedding")(inputs)
    outputs = layers.Dense(2, name="head")(Pool(name="pool")(x))
    return {**case(compiled(keras.Model(inputs, outputs))), "x": ids()}


class PassMask(Scale):
    def __init__(self, **rest):
        super().__init__(**rest)
        self.supports_masking = True


@model
def mask_passed_to_lstm():
    inputs = keras.Input((5,), dtype="int32", name="x")
    x = layers.Embedding(10, 4, mask_zero=True, name="embedding")(inputs)
    x = layers.LSTM(3, name="lstm")(PassMask(name="pass")(x))
    return {**case(compiled(keras.Model(inputs, layers.Dense(2, name="head")(x)))), "x": ids()}


class Parts(layers.Layer):
    """Holds layers in a list, a dictionary and a nested custom layer."""

    def __init__(self, **rest):
        super().__init__(**rest)
        self.stack = [layers.Dense(4, activation="tanh"), Scale()]
        self.named = {"b": layers.Dense(4), "a": Simple()}
        self.one = Penalised()

    def call(self, inputs, training=None):
        x = inputs
        for layer in self.stack:
            x = layer(x)
        return self.one(self.named["b"](x)) + self.named["a"](x, training=training)


@model
def nested_parts():
    return case(around(Parts(name="parts")))


class Cell(layers.Layer):
    def __init__(self, units, **rest):
        super().__init__(**rest)
        self.units = units
        self.state_size = units

    def build(self, input_shape):
        self.kernel = self.add_weight("kernel", (input_shape[-1], self.units))
        self.recurrent = self.add_weight("recurrent", (self.units, self.units))

    def call(self, inputs, states):
        state = states[0] if isinstance(states, (list, tuple)) else states
        output = tf.tanh(tf.matmul(inputs, self.kernel) + tf.matmul(state, self.recurrent))
        return output, [output]

    def get_config(self):
        return {**super().get_config(), "units": self.units}


@model
def rnn_of_custom_cell():
    return case(around(layers.RNN(Cell(3), name="rnn"), (5, 4)), (6, 5, 4))


@model
def rnn_of_custom_cell_any_length():
    return case(around(layers.RNN(Cell(3), return_sequences=True, name="rnn"), (None, 4)), (6, 5, 4), (6, 5, 2))


@model
def stacked_custom_cells():
    return case(around(layers.RNN([Cell(3), layers.LSTMCell(4)], name="rnn"), (5, 4)), (6, 5, 4))


@model
def bidirectional_custom_cell():
    return case(around(layers.Bidirectional(layers.RNN(Cell(3)), name="both"), (5, 4)), (6, 5, 4))


class Sequences(layers.Layer):
    """Recurrent layers inside a custom layer."""

    def __init__(self, **rest):
        super().__init__(**rest)
        self.first = layers.LSTM(3, return_sequences=True)
        self.second = layers.Bidirectional(layers.GRU(2))

    def call(self, inputs):
        return self.second(self.first(inputs))


@model
def recurrent_inside():
    return case(around(Sequences(name="sequences"), (5, 4)), (6, 5, 4))


class SelfAttention(layers.Layer):
    def __init__(self, **rest):
        super().__init__(**rest)
        self.attention = layers.MultiHeadAttention(2, 3)
        self.norm = layers.LayerNormalization()

    def call(self, inputs):
        return self.norm(inputs + self.attention(inputs, inputs))


@model
def attention_inside():
    return case(around(SelfAttention(name="attention"), (5, 4)), (6, 5, 4), (6, 5, 2))


class Normal(layers.Layer):
    def __init__(self, **rest):
        super().__init__(**rest)
        self.conv = layers.Conv1D(3, 2, padding="same")
        self.norm = layers.BatchNormalization(momentum=0.8)

    def call(self, inputs, training=None):
        return self.norm(self.conv(inputs), training=training)


@model
def batch_norm_inside():
    return case(around(Normal(name="normal"), (5, 4)), (6, 5, 4), (6, 5, 2))


class Counting(layers.Layer):
    """Changes a variable in its calls."""

    def build(self, input_shape):
        self.calls = self.add_weight("calls", (), trainable=False, initializer="zeros")
        self.mean = tf.Variable(tf.zeros(input_shape[-1:]), trainable=False, name="mean")
        self.w = tf.Variable(tf.ones(input_shape[-1:]), name="w")

    def call(self, inputs, training=None):
        if training:
            self.calls.assign_add(1.0)
            self.mean.assign(0.5 * self.mean + 0.5 * tf.reduce_mean(inputs, 0))
        return inputs * self.w + self.mean


@model
def assigns_in_call():
    return case(around(Counting(name="counting")))


class Frozen(layers.Layer):
    def __init__(self, **rest):
        super().__init__(**rest)
        self.fixed = layers.Dense(4, trainable=False)
        self.free = layers.Dense(3)

    def call(self, inputs):
        return self.free(self.fixed(inputs))


class WithArgument(layers.Layer):
    """An argument that no config holds."""

    def __init__(self, factor, **rest):
        super().__init__(**rest)
        self.factor = factor

    def call(self, inputs):
        return inputs * self.factor


@model
def frozen_part():
    return case(around(Frozen(name="frozen")))


@model
def frozen_layer():
    made = around(Scale(name="scale"))
    made.get_layer("scale").trainable = False
    return case(compiled(made))


@model
def shared_layer():
    layer = Scale(name="scale")
    a, b = keras.Input((4,), name="a"), keras.Input((4,), name="b")
    outputs = layers.Dense(2, name="head")(layers.Add(name="add")([layer(a), layer(b)]))
    made = compiled(keras.Model([a, b], outputs))
    return {**case(made), "x": [numbers(6, 4), numbers(6, 4, seed=8)]}


class AnyRank(layers.Layer):
    def build(self, input_shape):
        self.w = self.add_weight("w", (4, 4))

    def call(self, inputs):
        return tf.tensordot(inputs, self.w, 1)


@model
def several_traces():
    layer = AnyRank(name="any")
    a, b = keras.Input((4,), name="a"), keras.Input((3, 4), name="b")
    outputs = layers.Dense(2, name="head")(layer(a) + tf.reduce_mean(layer(b), 1))
    made = compiled(keras.Model([a, b], outputs))
    return {**case(made), "x": [numbers(6, 4), numbers(6, 3, 4, seed=8)]}


class Power(Scale):
    def call(self, inputs, factor=2.0, shift=None):
        outputs = inputs * self.w * factor
        return outputs if shift is None else outputs + shift


@model
def literal_arguments():
    layer = Power(name="power")
    inputs, other = keras.Input((4,), name="x"), keras.Input((4,), name="other")
    x = layer(layer(inputs, factor=3.0), shift=other)
    made = compiled(keras.Model([inputs, other], layers.Dense(2, name="head")(x)))
    return {**case(made), "x": [numbers(6, 4), numbers(6, 4, seed=8)]}


class Gate(layers.Layer):
    """Takes a list, gives a dictionary."""

    def __init__(self, **rest):
        super().__init__(**rest)
        self.dense = layers.Dense(4, activation="sigmoid")

    def call(self, inputs):
        first, second = inputs
        gate = self.dense(second)
        return {"value": first * gate, "gate": gate}


@model
def list_to_dictionary():
    a, b = keras.Input((4,), name="a"), keras.Input((4,), name="b")
    made = Gate(name="gate")([a, b])
    outputs = layers.Dense(2, name="head")(made["value"] + made["gate"])
    return {**case(compiled(keras.Model([a, b], outputs))), "x": [numbers(6, 4), numbers(6, 4, seed=8)]}


class Split(layers.Layer):
    def call(self, inputs):
        return inputs[:, :2], inputs[:, 2:]


@model
def two_outputs():
    inputs = keras.Input((4,), name="x")
    a, b = Split(name="split")(inputs)
    made = keras.Model(inputs, [layers.Dense(2, name="p")(a), layers.Dense(1, name="q")(b)])
    compiled(made, {"p": "mse", "q": "mae"}, loss_weights={"p": 1.0, "q": 0.5}, metrics={"p": ["mae"]})
    return {**case(made), "y": [numbers(6, 2, seed=4), numbers(6, 1, seed=5)]}


class Net(keras.Model):
    """A subclassed model with a list of layers and no get_config."""

    def __init__(self, units):
        super().__init__(name="net")
        self.stack = [layers.Dense(count, activation="tanh") for count in units]
        self.drop = layers.Dropout(0.0)
        self.scale = Scale()

    def call(self, inputs, training=None):
        x = inputs
        for layer in self.stack:
            x = layer(x)
        return self.scale(self.drop(x, training=training))


@model
def subclassed():
    made = compiled(Net([5, 2]), metrics=["mae"])
    made(numbers(6, 4))
    return case(made)


@model
def subclassed_trained():
    made = compiled(Net([5, 2]), metrics=["mae"], optimizer=keras.optimizers.Adam(0.01))
    made.fit(numbers(6, 4), numbers(6, 2), verbose=0)
    return case(made, deterministic=True)


@model
def subclassed_uncompiled():
    made = Net([5, 2])
    made(numbers(6, 4))
    return {**case(made), "y": None}


class TwoWays(keras.Model):
    """Takes a dictionary, gives a dictionary."""

    def __init__(self):
        super().__init__(name="two_ways")
        self.left = layers.Dense(3, activation="tanh")
        self.right = layers.Dense(3)
        self.p = layers.Dense(2)
        self.q = layers.Dense(1)

    def call(self, inputs):
        x = self.left(inputs["a"]) + self.right(inputs["b"])
        return {"p": self.p(x), "q": self.q(x)}


@model
def dictionaries():
    made = compiled(TwoWays(), {"p": "mse", "q": "mae"})
    x = {"a": numbers(6, 4), "b": numbers(6, 3, seed=8)}
    y = {"p": numbers(6, 2, seed=4), "q": numbers(6, 1, seed=5)}
    made.fit(x, y, verbose=0)
    return {"model": made, "x": x, "y": y}


class OwnStep(Net):
    def train_step(self, data):
        x, y = data
        with tf.GradientTape() as tape:
            loss = tf.reduce_mean((self(x, training=True) - y) ** 2) * 10.0
        grads = tape.gradient(loss, self.trainable_variables)
        self.optimizer.apply_gradients(zip(grads, self.trainable_variables))
        return {"tenfold": loss}


@model
def own_train_step():
    made = compiled(OwnStep([5, 2]))
    made.fit(numbers(6, 4), numbers(6, 2), verbose=0)
    return case(made)


class OwnGraph(keras.Model):
    """A functional model of a class of its own."""

    def train_step(self, data):
        return super().train_step(data)


@model
def functional_subclass():
    inputs = keras.Input((4,), name="x")
    outputs = layers.Dense(2, name="head")(Scale(name="scale")(inputs))
    return case(compiled(OwnGraph(inputs, outputs, name="own")))


@model
def subclassed_inside_functional():
    return case(around(Net([5, 3])))


class ModelLosses(Net):
    def call(self, inputs, training=None):
        x = super().call(inputs, training=training)
        self.add_loss(tf.reduce_sum(x**2) * 0.01)
        return x


@model
def losses_of_subclassed():
    made = compiled(ModelLosses([5, 2]))
    made(numbers(6, 4))
    return case(made)


@model
def sequential():
    made = compiled(keras.Sequential([keras.Input((4,)), Scale(name="scale"), Block(name="block"), layers.Dense(2)]))
    return case(made, deterministic=False)


@model
def sequential_of_custom():
    stack = [keras.Input((4,)), Frozen(name="frozen"), WithArgument(2.0, name="times"), layers.Dense(2)]
    return case(compiled(keras.Sequential(stack)))


@model
def sequential_built_by_call():
    made = compiled(keras.Sequential([Scale(name="scale"), layers.Dense(2)]))
    made.fit(numbers(6, 4), numbers(6, 2), verbose=0)
    return case(made)


def odd(x):
    return tf.nn.softplus(x) - 0.5


@model
def custom_activation():
    return case(around(layers.Dense(3, activation=odd, name="dense")))


class Bounded(keras.constraints.Constraint):
    def __call__(self, w):
        return tf.clip_by_value(w, -0.4, 0.4)

    def get_config(self):
        return {}


class Cubes(keras.regularizers.Regularizer):
    def __call__(self, x):
        return tf.reduce_sum(tf.abs(x) ** 3)

    def get_config(self):
        return {}


class Ramp(keras.initializers.Initializer):
    def __call__(self, shape, dtype=None, **rest):
        return tf.ones(shape, dtype)

    def get_config(self):
        return {}


@model
def custom_regularizer():
    return case(around(layers.Dense(3, kernel_regularizer=Cubes(), name="dense")))


@model
def custom_constraint():
    return case(around(layers.Dense(3, kernel_constraint=Bounded(), name="dense")))


@model
def custom_initializer():
    return case(around(layers.Dense(3, kernel_initializer=Ramp(), name="dense")))


def squares(y_true, y_pred):
    return tf.reduce_mean((y_true - y_pred) ** 4, -1)


class Squares(keras.losses.Loss):
    def call(self, y_true, y_pred):
        return tf.reduce_mean((y_true - y_pred) ** 4, -1)


@model
def custom_loss_function():
    return case(around(Scale(name="scale"), loss=squares))


@model
def custom_loss_class():
    return case(around(Scale(name="scale"), loss=Squares()))


class Largest(keras.metrics.Metric):
    def __init__(self, name="largest", **rest):
        super().__init__(name=name, **rest)
        self.value = self.add_weight("value", initializer="zeros")

    def update_state(self, y_true, y_pred, sample_weight=None):
        self.value.assign(tf.maximum(self.value, tf.reduce_max(y_pred)))

    def result(self):
        return self.value


@model
def custom_metric_class():
    return case(around(Scale(name="scale"), metrics=["mae", Largest()]))


@model
def custom_metric_function():
    return case(around(Scale(name="scale"), metrics=[squares]))


class OwnOptimizer(keras.optimizers.SGD):
    pass


@model
def custom_optimizer():
    return case(around(Scale(name="scale"), optimizer=OwnOptimizer(0.1)))


class Ramped(keras.optimizers.schedules.LearningRateSchedule):
    def __call__(self, step):
        return 0.1 / (tf.cast(step, tf.float32) + 1.0)

    def get_config(self):
        return {}


@model
def custom_schedule():
    return case(around(Scale(name="scale"), optimizer=keras.optimizers.SGD(Ramped())))


class Loop(Scale):
    """A loop and a branch on values."""

    def call(self, inputs):
        def body(i, x):
            return i + 1, tf.tanh(x * self.w)

        _, x = tf.while_loop(lambda i, x: i < 3, body, [tf.constant(0), inputs])
        return tf.cond(tf.reduce_sum(x) > 0, lambda: x * self.w, lambda: x - self.w)


@model
def loop_and_branch():
    return case(around(Loop(name="loop")))


class Growing(Scale):
    @tf.function
    def call(self, inputs):
        total = tf.zeros_like(inputs)
        for i in tf.range(tf.shape(inputs)[0]):
            total += inputs[i] * self.w
        return total


@model
def loop_by_autograph():
    return case(around(Growing(name="growing")))


@model
def no_traces():
    return {**case(around(Scale(name="scale"))), "save": {"save_traces": False}}


@model
def no_metadata():
    made = around(Scale(name="scale"))

    def remove(path):
        file = os.path.join(path, "keras_metadata.pb")
        if os.path.exists(file):
            os.remove(file)

    return {**case(made), "after": remove}


class Words(layers.Layer):
    """Text inside a custom layer."""

    def __init__(self, **rest):
        super().__init__(**rest)
        self.table = tf.lookup.StaticHashTable(tf.lookup.KeyValueTensorInitializer(["a", "b", "c"], [1, 2, 3]), 0)
        self.embedding = layers.Embedding(4, 3)

    def call(self, inputs):
        numbers = self.table.lookup(tf.strings.lower(inputs))
        return self.embedding(numbers)


@model
def table_inside():
    inputs = keras.Input((), dtype="string", name="x")
    outputs = layers.Dense(2, name="head")(Words(name="words")(inputs))
    made = compiled(keras.Model(inputs, outputs))
    return {**case(made), "x": np.array(["A", "b", "x", "c", "B", "a"], dtype=object)}


@model
def double_precision():
    layer = Scale(name="scale", dtype="float64")
    return case(around(layer))


@model
def mixed_precision():
    layer = Parts(name="parts", dtype="mixed_float16") if tf.__version__ >= "2.5" else Parts(name="parts")
    return case(around(layer))


@model
def time_distributed():
    return case(around(layers.TimeDistributed(Scale(name="scale"), name="each"), (5, 4)), (6, 5, 4), (6, 5, 2))


class Named(Scale):
    """A class with a config."""

    def __init__(self, power=2, **rest):
        super().__init__(**rest)
        self.power = power
        self.names = ["p", "q"]
        self.table = {"a": 1, "b": [2, 3]}

    def call(self, inputs):
        return (inputs * self.w) ** self.power

    def get_config(self):
        return {**super().get_config(), "power": self.power}


@model
def with_config():
    return case(around(Named(name="named")))


class Serving(Net):
    @tf.function(input_signature=[tf.TensorSpec([None, 4], tf.float32, name="rows")])
    def serve(self, rows):
        return {"doubled": self(rows) * 2.0}


@model
def own_signature():
    made = compiled(Serving([5, 2]))
    made(numbers(6, 4))
    return {**case(made), "save": {"signatures": {"serve": made.serve}}}


@model
def autoencoder():
    encoder = keras.Sequential([layers.Dense(3, activation="relu"), Block(2)], name="encoder")
    decoder = keras.Sequential([layers.Dense(3, activation="relu"), layers.Dense(4)], name="decoder")

    class Auto(keras.Model):
        def __init__(self):
            super().__init__()
            self.encoder = encoder
            self.decoder = decoder

        def call(self, x):
            return self.decoder(self.encoder(x))

    made = compiled(Auto())
    made.fit(numbers(6, 4), numbers(6, 4), verbose=0)
    return case(made, out=(6, 4), deterministic=False)


class Sampling(layers.Layer):
    def call(self, inputs):
        mean, spread = inputs
        noise = tf.random.normal(tf.shape(mean))
        return mean + tf.exp(0.5 * spread) * noise * 0.0


@model
def sampling():
    inputs = keras.Input((4,), name="x")
    mean, spread = layers.Dense(2, name="mean")(inputs), layers.Dense(2, name="spread")(inputs)
    made = keras.Model(inputs, Sampling(name="sampling")([mean, spread]))
    return case(compiled(made))


class ChannelScale(layers.Layer):
    def __init__(self, **rest):
        super().__init__(**rest)
        self.pool = layers.GlobalAveragePooling2D()
        self.gate = layers.Dense(3, activation="sigmoid")
        self.conv = layers.Conv2D(3, 3, padding="same", strides=2)
        self.depth = layers.DepthwiseConv2D(3, padding="same")

    def call(self, inputs):
        x = self.depth(self.conv(inputs))
        return tf.nn.max_pool2d(x * self.gate(self.pool(x))[:, None, None, :], 2, 2, "SAME")


@model
def convolutions_inside():
    return case(around(ChannelScale(name="channels"), (8, 8, 2)), (6, 8, 8, 2), (6, 2, 2, 2))


import oracle_revive_more  # noqa: E402,F401
