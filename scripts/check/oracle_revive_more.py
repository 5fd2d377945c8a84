"""More models of custom classes for oracle_revive_zoo.py: states, arguments, structures, and operations in `call`."""
import numpy as np
import tensorflow as tf

from oracle_revive_base import around, case, compiled, ids, keras, layers, model, numbers, Scale


class Positional(Scale):
    def call(self, inputs, training):
        return inputs * self.w * 2.0 if training else inputs * self.w


@model
def training_by_position():
    inputs = keras.Input((4,), name="x")
    outputs = layers.Dense(2, name="head")(Positional(name="scale")(inputs, True))
    return case(compiled(keras.Model(inputs, outputs)))


class Always(Scale):
    def call(self, inputs, training=True):
        return inputs * self.w * 2.0 if training else inputs * self.w


@model
def training_default_true():
    return case(around(Always(name="scale")))


class Variables(layers.Layer):
    """Variables in a list and a dictionary, layers in a tuple."""

    def __init__(self, **rest):
        super().__init__(**rest)
        self.items = [tf.Variable(tf.ones((4,)), name="one"), tf.Variable(tf.ones((4,)), name="two")]
        self.named = {"b": tf.Variable(tf.ones((4,)), name="b"), "a": tf.Variable(tf.zeros((4,)), name="a", trainable=False)}
        self.pair = (layers.Dense(4), layers.Dense(3))

    def call(self, inputs):
        x = inputs * self.items[0] + self.items[1] * self.named["b"] + self.named["a"]
        return self.pair[1](self.pair[0](x))


@model
def variables_in_structures():
    return case(around(Variables(name="variables")))


class Tied(layers.Layer):
    """Uses the weights of another layer."""

    def __init__(self, table, **rest):
        super().__init__(**rest)
        self.table = table

    def call(self, inputs):
        return tf.matmul(inputs, self.table.embeddings, transpose_b=True)


@model
def tied_weights():
    table = layers.Embedding(6, 4, name="table")
    inputs = keras.Input((5,), dtype="int32", name="x")
    x = layers.GlobalAveragePooling1D(name="mean")(table(inputs))
    made = compiled(keras.Model(inputs, Tied(table, name="tied")(layers.Dense(4, name="d")(x))))
    return {**case(made, out=(6, 6)), "x": ids()}


class Metric(Scale):
    """A metric as a part of a layer."""

    def __init__(self, **rest):
        super().__init__(**rest)
        self.seen = keras.metrics.Mean(name="seen")

    def call(self, inputs):
        self.seen.update_state(tf.reduce_mean(inputs))
        return inputs * self.w


@model
def metric_as_part():
    return case(around(Metric(name="scale")))


class Moving(layers.Layer):
    """Keeps a moving average, and passes gradients straight through a rounding."""

    def build(self, input_shape):
        self.w = self.add_weight("w", (input_shape[-1],), initializer="ones")
        self.average = self.add_weight("average", (input_shape[-1],), initializer="zeros", trainable=False)

    def call(self, inputs, training=None):
        x = inputs * self.w
        if training:
            self.average.assign(self.average * 0.9 + 0.1 * tf.reduce_mean(x, 0))
        return x + tf.stop_gradient(tf.round(x * 4.0) / 4.0 - x) + self.average


@model
def straight_through():
    return case(around(Moving(name="moving")))


class OwnGradient(Scale):
    def call(self, inputs):
        @tf.custom_gradient
        def tripled(x):
            def grad(upstream):
                return upstream * 3.0

            return x * 2.0, grad

        return tripled(inputs * self.w)


@model
def own_gradient():
    return case(around(OwnGradient(name="scale")))


class Reversed(Scale):
    """A gradient that uses what was computed forwards, and one that flows backwards."""

    def call(self, inputs):
        @tf.custom_gradient
        def clipped(x):
            def grad(upstream):
                return upstream * tf.cast(tf.abs(x) < 0.3, tf.float32) * 2.0

            return tf.sign(x), grad

        @tf.custom_gradient
        def reversed_(x, factor):
            return x * factor, lambda upstream: (-upstream, tf.reduce_sum(upstream))

        return clipped(inputs * self.w) + reversed_(tf.nn.swish(inputs * self.w), 2.0)


@model
def reversed_gradient():
    return case(around(Reversed(name="scale")))


class Operations(layers.Layer):
    """One operation after another."""

    def __init__(self, run, **rest):
        super().__init__(**rest)
        self.run = run

    def build(self, input_shape):
        self.w = self.add_weight("w", (input_shape[-1],), initializer="ones")

    def call(self, inputs):
        return self.run(inputs * self.w)


def operation(name, shape, run):
    def make():
        inputs = keras.Input(shape, name="x")
        x = layers.Flatten(name="flat")(Operations(run, name="run")(inputs))
        made = compiled(keras.Model(inputs, layers.Dense(2, name="head")(x)))
        return case(made, (6,) + shape, (6, 2))

    make.__name__ = "op_" + name
    model(make)


operation("einsum", (3, 4), lambda x: tf.einsum("bij,bkj->bik", x, x))
operation("map_fn", (4,), lambda x: tf.map_fn(lambda row: tf.cumsum(row) * row[0], x))
operation("scan", (4,), lambda x: tf.transpose(tf.scan(lambda a, b: a * 0.5 + tf.tanh(b), tf.transpose(x))))
operation("top_k", (6,), lambda x: tf.math.top_k(x, 3).values)
operation("sort", (6,), lambda x: tf.ensure_shape(tf.sort(x, direction="DESCENDING"), (None, 6)))
operation("segment", (4,), lambda x: tf.ensure_shape(tf.gather(tf.math.unsorted_segment_sum(x, [0, 1, 0, 1, 0, 2], 3), [0, 1, 2, 0, 1, 2]), (None, 4)))
operation("resize", (4, 4, 2), lambda x: tf.image.resize(x, (6, 7)))
operation("resize_area", (4, 4, 2), lambda x: tf.image.resize(x, (6, 7), method="bicubic"))
operation("transpose_conv", (4, 4, 2), lambda x: tf.nn.conv2d_transpose(x, tf.ones((3, 3, 3, 2)) * 0.1, (6, 8, 8, 3), 2))
operation("dilated", (6, 6, 2), lambda x: tf.nn.conv2d(x, tf.ones((3, 3, 2, 3)) * 0.1, 1, "SAME", dilations=2))
operation("pool3d", (4, 4, 4, 2), lambda x: tf.nn.avg_pool3d(tf.nn.max_pool3d(x, 2, 1, "SAME"), 2, 2, "VALID"))
operation("matrix", (3, 3), lambda x: tf.linalg.inv(tf.matmul(x, x, transpose_a=True) + tf.eye(3)) + tf.linalg.band_part(x, 0, -1))
operation("stft", (64,), lambda x: tf.abs(tf.signal.stft(x, 16, 8)) + 0.1)
operation("norms", (4,), lambda x: tf.math.l2_normalize(x, 1) + tf.norm(x, axis=1, keepdims=True) + tf.nn.moments(x, [0])[1])
operation("special", (4,), lambda x: tf.math.erf(x) + tf.math.lgamma(tf.abs(x) + 1.0) + tf.math.digamma(tf.abs(x) + 1.0) + tf.math.log1p(tf.abs(x)) + tf.math.softsign(x))
operation("choices", (4,), lambda x: tf.where(x > 0, x**2, tf.exp(x)) + tf.clip_by_value(x, -0.3, 0.3) + tf.maximum(x, 0.1) + tf.math.floormod(x, 0.7))
operation("shapes", (4, 3), lambda x: tf.reverse(tf.roll(tf.pad(tf.tile(x, [1, 2, 1]), [[0, 0], [1, 1], [0, 0]], "REFLECT"), 1, 1), [2]))
operation("gather", (4, 3), lambda x: tf.gather(tf.gather_nd(x, [[[i % 6, 1], [i, 0]] for i in range(6)]), [0, 2], axis=-1))
operation("scatter", (4,), lambda x: tf.tensor_scatter_nd_update(tf.zeros((6, 4)), [[5], [3], [1], [0], [2], [4]], x) + tf.scatter_nd([[0], [0], [1], [2], [3], [5]], x, (6, 4)))
operation("one_hot", (4,), lambda x: tf.one_hot(tf.argmax(x, -1), 4) * x + tf.cast(tf.math.equal(x, tf.reduce_max(x, -1, keepdims=True)), tf.float32) * x)
operation("strided", (6, 5), lambda x: tf.concat([x[:, ::2, 1:-1], x[:, 5:2:-1, tf.newaxis, 2:][:, :, 0]], -1))
operation("losses", (4,), lambda x: tf.stack([tf.nn.softmax_cross_entropy_with_logits(tf.nn.softmax(-x), x), tf.nn.sparse_softmax_cross_entropy_with_logits([0, 1, 2, 3, 0, 1], x)], 1))
operation("ragged", (4,), lambda x: tf.RaggedTensor.from_row_lengths(tf.reshape(x, [-1]), [3, 5, 4, 6, 2, 4]).to_tensor(shape=(6, 6)))
operation("complex", (8,), lambda x: tf.math.real(tf.signal.ifft(tf.signal.fft(tf.cast(x, tf.complex64)) * 2.0)))
operation("space", (4, 4, 4), lambda x: tf.nn.space_to_depth(tf.nn.depth_to_space(x, 2), 4) + 0.0)
operation("batch_space", (4, 4, 1), lambda x: tf.batch_to_space(tf.space_to_batch(x, [2, 2], [[0, 0], [0, 0]]) * 2.0, [2, 2], [[0, 0], [0, 0]]))
operation("lrn", (4, 4, 4), lambda x: tf.nn.local_response_normalization(x))
operation("reductions", (4, 3), lambda x: tf.stack([tf.reduce_prod(x, 1), tf.reduce_logsumexp(x, 1), tf.reduce_max(x, 1), tf.math.reduce_std(x, 1), tf.math.reduce_variance(x, 1)], 1))
operation("cumulative", (5,), lambda x: tf.math.cumprod(x + 1.0, 1) + tf.math.cumulative_logsumexp(x, 1) + tf.cumsum(x, 1, exclusive=True, reverse=True))
operation("casts", (4,), lambda x: tf.cast(tf.cast(x * 10.0, tf.int64) // 3, tf.float32) * x + tf.cast(tf.cast(x, tf.float64) * 2.0, tf.float32))


operation("stateless", (4,), lambda x: x * tf.random.stateless_uniform((6, 4), [1, 2]) + tf.random.stateless_normal((4,), [3, 4]))
operation("crop", (6, 6, 2), lambda x: tf.image.crop_to_bounding_box(tf.image.flip_left_right(x), 1, 1, 4, 4) + tf.image.rgb_to_grayscale(tf.concat([x, x[..., :1]], -1))[:, :4, :4])
operation("boxes", (6, 6, 2), lambda x: tf.image.crop_and_resize(x, [[0.0, 0.1, 0.7, 0.9], [0.2, 0.0, 1.0, 0.6]] * 3, [0, 1, 2, 3, 4, 5], (3, 3)))
operation("meshgrid", (4, 3), lambda x: x + tf.cast(tf.stack(tf.meshgrid(tf.range(3), tf.range(4)), -1), tf.float32)[..., 0] * x)
operation("masks", (4, 3), lambda x: x * tf.sequence_mask([1, 3, 2, 4, 0, 2], 4, tf.float32)[:, :, None] + tf.linalg.band_part(tf.ones((4, 3)), -1, 0) * x)
operation("attention", (4, 3), lambda x: tf.matmul(tf.nn.softmax(tf.matmul(x, x, transpose_b=True) / 1.7 + (1.0 - tf.linalg.band_part(tf.ones((4, 4)), -1, 0)) * -1e9), x))
operation("cosine", (4, 3), lambda x: keras.losses.cosine_similarity(x[:, :1], x)[:, :, None] * x + tf.nn.log_softmax(x) + tf.nn.leaky_relu(x) + tf.nn.elu(x) + tf.nn.selu(x))
operation("fold", (6,), lambda x: tf.foldl(lambda a, b: a * 0.9 + b, tf.transpose(x))[:, None] * x)
operation("unstack", (3, 4), lambda x: tf.add_n(tf.unstack(x, axis=1)) + tf.split(x, [1, 2], 1)[1][:, 0])
operation("repeat", (4,), lambda x: tf.repeat(x, [1, 2, 0, 3], axis=1))
operation("conv1d", (8, 2), lambda x: tf.nn.conv1d(x, tf.ones((3, 2, 4)) * 0.2, 2, "SAME") + tf.nn.bias_add(tf.nn.depthwise_conv2d(x[:, None], tf.ones((1, 3, 2, 2)) * 0.1, [1, 2, 2, 1], "SAME")[:, 0], [0.1, 0.2, 0.3, 0.4]))
operation("conv3d", (4, 4, 4, 2), lambda x: tf.nn.conv3d(x, tf.ones((2, 2, 2, 2, 3)) * 0.1, [1, 2, 2, 2, 1], "SAME"))
operation("batch_norm", (4, 3), lambda x: tf.nn.batch_normalization(x, *tf.nn.moments(x, [0, 1]), 0.1, 1.2, 1e-3))
operation("quantised", (4,), lambda x: tf.quantization.fake_quant_with_min_max_args(x, -1.0, 1.0))


def looped(x):
    def body(i, array):
        return i + 1, array.write(i, x[:, i] * tf.cast(i + 1, tf.float32))

    array = tf.TensorArray(tf.float32, size=4)
    _, array = tf.while_loop(lambda i, array: i < 4, body, [0, array])
    return tf.transpose(array.stack(), [1, 0, 2])


operation("while_array", (4, 3), looped)


class ManyInputs(keras.Model):
    """Takes a list and further arguments, gives a tuple."""

    def __init__(self):
        super().__init__(name="many")
        self.left, self.right = layers.Dense(3, activation="tanh"), layers.Dense(3)
        self.out, self.second = layers.Dense(2), layers.Dense(1)

    def call(self, inputs, training=None, mask=None):
        a, b = inputs
        x = self.left(a) + self.right(b)
        if training:
            x = x * 2.0
        return self.out(x), self.second(x)


@model
def list_to_tuple():
    made = compiled(ManyInputs(), ["mse", "mae"], loss_weights=[1.0, 0.25])
    x = [numbers(6, 4), numbers(6, 3, seed=8)]
    y = [numbers(6, 2, seed=4), numbers(6, 1, seed=5)]
    made.train_on_batch(x, y)
    return {"model": made, "x": x, "y": y}


class Nets(keras.Model):
    """Holds functional and sequential models with custom layers."""

    def __init__(self):
        super().__init__(name="nets")
        inputs = keras.Input((4,))
        self.first = keras.Model(inputs, Scale(name="inner_scale")(layers.Dense(4)(inputs)), name="first")
        self.second = keras.Sequential([layers.Dense(3), Scale()], name="second")
        self.third = {"a": layers.Dense(2), "n": layers.BatchNormalization()}

    def call(self, inputs, training=None):
        x = self.third["n"](self.second(self.first(inputs)), training=training)
        return self.third["a"](x)


@model
def models_inside():
    made = compiled(Nets())
    made.train_on_batch(numbers(6, 4), numbers(6, 2))
    return case(made)


class TwoOptimizers(Nets):
    def compile(self, first, second, loss):
        super().compile()
        self.first_optimizer, self.second_optimizer, self.loss_fn = first, second, loss

    def train_step(self, data):
        return {}


@model
def own_compile():
    made = TwoOptimizers()
    made.compile(keras.optimizers.SGD(), keras.optimizers.SGD(), keras.losses.MeanSquaredError())
    made(numbers(6, 4))
    return {**case(made), "y": None}


class Stateful(layers.Layer):
    def __init__(self, **rest):
        super().__init__(**rest)
        self.lstm = layers.LSTM(3, stateful=True)

    def call(self, inputs):
        return self.lstm(inputs)


@model
def stateful_inside():
    inputs = keras.Input(batch_shape=(6, 5, 4), name="x")
    made = compiled(keras.Model(inputs, layers.Dense(2, name="head")(Stateful(name="stateful")(inputs))))
    return case(made, (6, 5, 4), deterministic=False)


class EncoderDecoder(keras.Model):
    """Hands the states of one recurrent layer to another."""

    def __init__(self):
        super().__init__(name="pair")
        self.embedding = layers.Embedding(8, 4, mask_zero=True)
        self.encoder = layers.GRU(3, return_state=True, return_sequences=True)
        self.decoder = layers.GRU(3)
        self.attention = layers.Attention()
        self.out = layers.Dense(2)

    def call(self, inputs):
        x = self.embedding(inputs)
        sequence, state = self.encoder(x)
        return self.out(self.decoder(self.attention([x[:, :, :3], sequence]), initial_state=state))


@model
def encoder_decoder():
    made = compiled(EncoderDecoder())
    made(ids())
    return {**case(made), "x": ids()}


class Convs(layers.Layer):
    def __init__(self, **rest):
        super().__init__(**rest)
        self.one = layers.SeparableConv2D(3, 3, padding="same", dilation_rate=1)
        self.two = layers.Conv2DTranspose(2, 3, strides=2, padding="same")
        self.three = layers.ConvLSTM2D(2, 2, padding="same")
        self.norm = layers.LayerNormalization()

    def call(self, inputs):
        x = self.norm(self.two(self.one(inputs)))
        return self.three(tf.stack([x, x * 0.5], 1))


@model
def convolutional_kinds_inside():
    return case(around(Convs(name="convs"), (4, 4, 2)), (6, 4, 4, 2), (6, 8, 8, 2))


@model
def text_inside():
    class Texts(layers.Layer):
        def __init__(self, **rest):
            super().__init__(**rest)
            maker = getattr(layers, "TextVectorization", None) or layers.experimental.preprocessing.TextVectorization
            self.vectors = maker(max_tokens=8, output_sequence_length=4)
            self.vectors.adapt(np.array([["a b c"], ["a b"], ["a d"]]))
            self.embedding = layers.Embedding(8, 3)

        def call(self, inputs):
            return tf.reduce_mean(self.embedding(self.vectors(inputs)), 1)

    inputs = keras.Input((1,), dtype="string", name="x")
    made = compiled(keras.Model(inputs, layers.Dense(2, name="head")(Texts(name="texts")(inputs))))
    return {**case(made), "x": np.array([["a b"], ["c"], ["d a"], ["b b b"], ["x"], ["a"]], dtype=object)}


@model
def weighted_metrics():
    made = around(Scale(name="scale"), weighted_metrics=["mae"], metrics=[keras.metrics.RootMeanSquaredError(name="r")])
    return case(made)


@model
def classification():
    made = around(Scale(name="scale"), units=3, loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True), metrics=["accuracy"])
    return {**case(made), "y": np.array([0, 1, 2, 0, 1, 2])}


@model
def adam_and_clipping():
    return case(around(Scale(name="scale"), optimizer=keras.optimizers.Adam(0.01, clipnorm=0.1)))


class Integers(layers.Layer):
    def call(self, inputs):
        return tf.one_hot(tf.math.floormod(inputs, 4), 4), inputs > 2


@model
def integers_and_booleans():
    inputs = keras.Input((), dtype="int64", name="x")
    hot, large = Integers(name="integers")(inputs)
    x = layers.Dense(2, name="head")(hot) * tf.cast(large, tf.float32)[:, None]
    return {**case(compiled(keras.Model(inputs, x))), "x": np.array([1, 2, 3, 4, 5, 9], dtype="int64")}


@model
def built_in_layers_around():
    inputs = keras.Input((6, 4), name="x")
    x = Scale(name="scale")(inputs)
    x = layers.TimeDistributed(layers.Dense(4, activation="tanh"), name="each")(x)
    x = layers.Bidirectional(layers.LSTM(2, return_sequences=True), name="both")(x)
    x = layers.RNN([layers.LSTMCell(3), layers.GRUCell(4)], return_sequences=True, name="stack")(x)
    x = layers.SeparableConv1D(4, 3, padding="same", name="separable")(x)
    x = layers.PReLU(shared_axes=[1], name="prelu")(layers.LayerNormalization(name="layer_norm")(x))
    x = layers.MultiHeadAttention(2, 3, name="heads")(x, x)
    x = layers.Attention(use_scale=True, name="scaled")([x, x])
    x = layers.AdditiveAttention(name="additive")([x, x])
    x = layers.BatchNormalization(name="norm")(layers.LocallyConnected1D(3, 2, name="local")(x))
    maps = layers.Reshape((5, 3, 1), name="maps")(x)
    maps = layers.DepthwiseConv2D(2, name="depthwise")(layers.Conv2DTranspose(2, 2, name="transposed")(maps))
    x = layers.Concatenate(name="join")([layers.Flatten(name="flat")(maps), layers.GlobalMaxPooling1D(name="top")(x)])
    inner = keras.Sequential([layers.Dense(4, activation="relu"), layers.Dense(3)], name="inner")
    return case(compiled(keras.Model(inputs, layers.Dense(2, name="head")(inner(x)))), (6, 6, 4))


class Recognizing(layers.Layer):
    """Passes probabilities on, and adds a loss of the labels that they are to give."""

    def __init__(self, **rest):
        super().__init__(**rest)
        self.classes = layers.Dense(4, activation="softmax")

    def call(self, inputs):
        shares = self.classes(inputs)
        batch = tf.shape(inputs)[0]
        labels = tf.tile([[0.0, 1.0, 1.0]], [batch, 1])
        steps, counts = tf.fill([batch, 1], 6), tf.fill([batch, 1], 2)
        self.add_loss(tf.reduce_mean(keras.backend.ctc_batch_cost(labels, shares, steps, counts)))
        return tf.reduce_mean(shares, 1)


@model
def ctc_inside():
    return case(around(Recognizing(name="recognizing"), (6, 3)), (6, 6, 3))
