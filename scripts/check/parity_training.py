"""Cases of training: each does what the case of the same name in parity-training.ts does."""
from parity_base import *

L = keras.layers


def sgd(rate=0.1, **kwargs):
    return keras.optimizers.SGD(rate, **kwargs)


@case
def class_and_sample_weights(log):
    model = net(3, "softmax")
    model.compile(sgd(), "sparse_categorical_crossentropy", metrics=["accuracy"], weighted_metrics=["accuracy"])
    ran(log, model, X, LABELS, epochs=2, class_weight={0: 1.0, 1: 0.5, 2: 3.0}, sample_weight=WEIGHTS)
    log("evaluated", model.evaluate(X, LABELS, sample_weight=WEIGHTS, batch_size=5, verbose=0))
    log("by name", model.evaluate(X, LABELS, batch_size=5, verbose=0, return_dict=True))


@case
def class_weights_of_one_hot_labels(log):
    model = net(3, "softmax")
    model.compile(sgd(), "categorical_crossentropy", metrics=["acc", "ce"], weighted_metrics=["acc"])
    ran(log, model, X, ONE_HOT, epochs=2, class_weight={0: 1.0, 1: 0.5, 2: 3.0})
    log("on batch", model.train_on_batch(X, ONE_HOT, class_weight={0: 2.0, 1: 0.5, 2: 1.0}, return_dict=True))


@case
def class_weights_of_columns(log):
    model = net(1, "sigmoid")
    model.compile(sgd(), "binary_crossentropy", metrics=["accuracy"], weighted_metrics=["mae"])
    y = (LABELS > 0).astype(np.float32).reshape(12, 1)
    ran(log, model, X, y, epochs=2, class_weight={0: 1.0, 1: 0.5})


@case
def class_weights_refused(log):
    model = net(2)
    model.compile(sgd(), "mse")
    log.error("gap", lambda: model.fit(X, LABELS, class_weight={0: 1.0, 2: 1.0}, verbose=0))
    two = two_outputs()
    two.compile(sgd(), "mse")
    log.error("two outputs", lambda: two.fit(X, [Y, ONE_HOT], class_weight={0: 1.0, 1: 1.0}, verbose=0))


@case
def validation_split(log):
    model = net()
    model.compile(sgd(), "mse", metrics=["mae"], weighted_metrics=["mse"])
    ran(log, model, X, Y, epochs=2, validation_split=0.3, validation_batch_size=2, sample_weight=WEIGHTS)


@case
def validation_data(log):
    model = net()
    model.compile(sgd(), "mse", metrics=["mae"], weighted_metrics=["mae"])
    ran(log, model, X, Y, epochs=4, validation_data=(X[:5], Y[:5], WEIGHTS[:5]), validation_freq=2)
    ran(log, model, X, Y, epochs=4, validation_data=(X[:6], Y[:6]), validation_freq=[1, 4], validation_steps=2, validation_batch_size=2)


@case
def steps_of_arrays(log):
    model = net()
    model.compile(sgd(), "mse")
    ran(log, model, X, Y, epochs=3, steps_per_epoch=2)
    ran(log, model, X, Y, epochs=2, steps_per_epoch=2, batch_size=None)
    log("evaluated", model.evaluate(X, Y, batch_size=4, steps=2, verbose=0))
    log("predicted", model.predict(X, batch_size=4, steps=2, verbose=0))


@case
def too_few_arrays(log):
    model = net()
    model.compile(sgd(), "mse")
    ran(log, model, X, Y, epochs=2, steps_per_epoch=5, counted=False)


@case
def initial_epoch(log):
    model = net()
    model.compile(sgd(), "mse")
    ran(log, model, X, Y, epochs=5, initial_epoch=3)
    ran(log, model, X, Y, epochs=2, initial_epoch=3)


@case
def last_batch_is_short(log):
    model = net()
    model.compile(sgd(), "mse", metrics=["mae"])
    ran(log, model, X[:10], Y[:10], epochs=2)
    log("evaluated", model.evaluate(X[:10], Y[:10], batch_size=4, verbose=0))
    log("predicted", model.predict(X[:10], batch_size=4, verbose=0))


@case
def generators(log):
    def endless():
        step = 0
        while True:
            start = step % 3 * 4
            yield X[start : start + 4], Y[start : start + 4], WEIGHTS[start : start + 4]
            step += 1

    def once():
        for start in range(0, 12, 4):
            yield X[start : start + 4], Y[start : start + 4]

    model = net()
    model.compile(sgd(), "mse")
    ran(log, model, endless(), epochs=3, steps_per_epoch=2, batch_size=None)
    ran(log, model, once(), epochs=1, batch_size=None, counted=False, validation_data=endless(), validation_steps=2)
    log("evaluated", model.evaluate(endless(), steps=2, verbose=0))
    log("predicted", model.predict(endless(), steps=2, verbose=0))


@case
def generator_runs_out(log):
    def once():
        for start in range(0, 12, 4):
            yield X[start : start + 4], Y[start : start + 4]

    model = net()
    model.compile(sgd(), "mse")
    ran(log, model, once(), epochs=3, steps_per_epoch=2, batch_size=None, counted=False)


class Batches(keras.utils.Sequence):
    def __init__(self, log):
        super().__init__()
        self.log = log

    def __len__(self):
        return 3

    def __getitem__(self, index):
        return X[index * 4 : index * 4 + 4], Y[index * 4 : index * 4 + 4]


@case
def sequences(log):
    model = net()
    model.compile(sgd(), "mse")
    ran(log, model, Batches(log), epochs=2, batch_size=None)
    ran(log, model, Batches(log), epochs=3, steps_per_epoch=2, batch_size=None, validation_data=Batches(log))
    log("evaluated", model.evaluate(Batches(log), verbose=0))
    log("predicted", model.predict(Batches(log), verbose=0))


@case
def datasets(log):
    data = tf.data.Dataset.from_tensor_slices((X, Y)).batch(5)
    model = net()
    model.compile(sgd(), "mse")
    ran(log, model, data, epochs=2, batch_size=None, validation_data=data, validation_steps=2)
    ran(log, model, data.repeat(), epochs=2, steps_per_epoch=2, batch_size=None)


@case
def losses_by_list(log):
    model = two_outputs()
    model.compile(sgd(), ["mse", "categorical_crossentropy"], loss_weights=[0.3, 2.0], metrics=[["mae"], ["accuracy", "mse"]], weighted_metrics=[["mae"], []])
    ran(log, model, X, [Y, ONE_HOT], epochs=2, sample_weight=[WEIGHTS, 1 - WEIGHTS])
    log("evaluated", model.evaluate(X, [Y, ONE_HOT], verbose=0))
    log("names", model.metrics_names)


@case
def losses_by_name(log):
    model = two_outputs()
    model.compile(sgd(), {"first": "mae", "second": keras.losses.CategoricalCrossentropy(label_smoothing=0.1)}, loss_weights={"second": 0.5}, metrics={"second": "acc"})
    ran(log, model, {"x": X}, {"first": Y, "second": ONE_HOT}, epochs=2, sample_weight={"second": WEIGHTS})


@case
def one_loss_for_all(log):
    model = two_outputs()
    model.compile(sgd(), "mse", metrics=["mae"])
    ran(log, model, X, [Y, ONE_HOT], epochs=2)
    log("on batch", model.test_on_batch(X, [Y, ONE_HOT]))


@case
def outputs_without_loss(log):
    model = two_outputs()
    model.compile(sgd(), ["mse", None], metrics=[["mae"], None])
    ran(log, model, X, [Y, ONE_HOT], epochs=2)


@case
def outputs_in_a_dictionary(log):
    model = two_outputs(True)
    model.compile(sgd(), {"a": "mse", "b": "categorical_crossentropy"}, metrics={"b": ["accuracy"], "a": "mae"}, loss_weights={"a": 2.0, "b": 1.0})
    ran(log, model, X, {"a": Y, "b": ONE_HOT}, epochs=2, validation_split=0.25)
    log("predicted", model.predict(X, verbose=0))
    log("on batch", model.predict_on_batch(X[:2]))


class Nested(keras.Model):
    def __init__(self):
        super().__init__(name="nested")
        self.hidden = L.Dense(4, activation="tanh", name="hidden")
        self.first = L.Dense(2, name="first")
        self.second = L.Dense(3, activation="softmax", name="second")

    def call(self, inputs, training=None):
        hidden = self.hidden(inputs["x"])
        return {"pair": [self.first(hidden), self.second(hidden)], "alone": self.first(hidden)}


@case
def nested_outputs(log):
    model = Nested()
    model({"x": X})
    weights_of(model)
    model.compile(sgd(), {"pair": ["mse", "categorical_crossentropy"], "alone": "mae"}, metrics={"pair": [["mae"], ["accuracy"]], "alone": ["mse"]})
    ran(log, model, {"x": X}, {"pair": [Y, ONE_HOT], "alone": Y}, epochs=2)
    log("names", model.metrics_names)
    log("predicted", model.predict({"x": X}, verbose=0))


class Adder(L.Layer):
    def call(self, inputs):
        self.add_loss(0.1 * tf.reduce_sum(tf.square(inputs)))
        self.add_metric(tf.reduce_mean(inputs), name="level")
        return inputs * 2.0


@case
def added_in_layers(log):
    model = weights_of(keras.Sequential([L.Dense(4, input_shape=(3,), kernel_regularizer="l2"), Adder(), L.Dense(2, activity_regularizer="l1")]))
    model.compile(sgd(), "mse", metrics=["mae"])
    ran(log, model, X, Y, epochs=2, validation_split=0.25)
    log("evaluated", model.evaluate(X, Y, verbose=0, return_dict=True))


@case
def added_to_models(log):
    inputs = keras.Input((3,))
    hidden = L.Dense(4, name="hidden")(inputs)
    outputs = L.Dense(2, name="out")(hidden)
    model = weights_of(keras.Model(inputs, outputs))
    model.add_loss(0.1 * tf.reduce_mean(tf.square(hidden)))
    model.add_metric(tf.reduce_mean(tf.abs(outputs)), name="size", aggregation="mean")
    model.compile(sgd(), "mse")
    ran(log, model, X, Y, epochs=2)
    log("names", model.metrics_names)
    model.compile(sgd())
    ran(log, model, X, epochs=1)


@case
def on_batches(log):
    model = net()
    model.compile(sgd(), "mse", metrics=["mae"], weighted_metrics=["mse"])
    log("first", model.train_on_batch(X[:4], Y[:4]))
    log("kept", model.train_on_batch(X[4:8], Y[4:8], sample_weight=WEIGHTS[:4], reset_metrics=False))
    log("by name", model.train_on_batch(X[8:], Y[8:], return_dict=True))
    log("tested", model.test_on_batch(X, Y, sample_weight=WEIGHTS))
    log("tested, kept", model.test_on_batch(X[:4], Y[:4], reset_metrics=False, return_dict=True))
    model.reset_metrics()
    log("tested alone", model.test_on_batch(X[:4], Y[:4], reset_metrics=False))
    log("predicted", model.predict_on_batch(X[:4]))
    end(log, model)


@case
def freezing(log):
    model = net()
    optimizer = keras.optimizers.Adam(0.05)
    model.compile(optimizer, "mse")
    ran(log, model, X, Y)
    model.get_layer("hidden").trainable = False
    model.compile(optimizer, "mse")
    ran(log, model, X, Y)
    model.get_layer("hidden").trainable = True
    model.compile(optimizer, "mse")
    ran(log, model, X, Y)


@case
def thawing(log):
    model = net()
    model.get_layer("hidden").trainable = False
    model.compile("sgd", "mse")
    ran(log, model, X, Y)
    model.get_layer("hidden").trainable = True
    model.compile("sgd", "mse")
    ran(log, model, X, Y)


@case
def freezing_without_compiling(log):
    model = net()
    model.compile(sgd(), "mse")
    ran(log, model, X, Y)
    model.get_layer("hidden").trainable = False
    ran(log, model, X, Y)
    log("on batch", model.train_on_batch(X, Y))
    end(log, model)


@case
def all_frozen(log):
    for kinds in [keras.optimizers, OLD]:
        model = net()
        model.trainable = False
        model.compile(kinds.SGD(0.1), "mse")
        ran(log, model, X, Y)


@case
def frozen_normalization(log):
    model = weights_of(keras.Sequential([L.Dense(4, input_shape=(3,)), L.BatchNormalization(name="norm"), L.Dense(2)]))
    model.compile(sgd(), "mse")
    ran(log, model, X, Y)
    model.get_layer("norm").trainable = False
    model.compile(sgd(), "mse")
    ran(log, model, X, Y)


@case
def scaled_loss_overflows(log):
    keras.mixed_precision.set_global_policy("mixed_float16")
    try:
        model = weights_of(keras.Sequential([L.Dense(4, input_shape=(3,)), L.Dense(2, dtype="float32")]))
    finally:
        keras.mixed_precision.set_global_policy("float32")
    model.compile(keras.mixed_precision.LossScaleOptimizer(sgd(), initial_scale=2.0**20, dynamic_growth_steps=2), "mse")
    y = Y * np.float32(4)
    scales = []
    for _ in range(8):
        model.train_on_batch(X, y)
        scales.append([float(model.optimizer.loss_scale), int(model.optimizer.iterations)])
    log("scales", scales)
    log("some step overflows", scales[0][0] < 2.0**20)


@case
def several_steps_at_once(log):
    model = net()
    model.compile(sgd(), "mse", metrics=["mae"], steps_per_execution=2)
    ran(log, model, X[:10], Y[:10], epochs=2, batch_size=2, validation_data=(X, Y), validation_batch_size=4, callbacks=[Recorder(log)])
    model.evaluate(X, Y, batch_size=4, verbose=0, callbacks=[Recorder(log)])
    log("predicted", model.predict(X, batch_size=4, verbose=0, callbacks=[Recorder(log, ["on_predict_batch_begin"])]))


@case
def eagerly(log):
    model = net()
    model.compile(sgd(), "mse", run_eagerly=True)
    ran(log, model, X, Y)
    model.get_layer("hidden").trainable = False
    ran(log, model, X, Y)
    log("eager", model.run_eagerly)


class OwnSteps(keras.Model):
    def __init__(self, inputs, outputs):
        super().__init__(inputs, outputs)
        self.own = keras.metrics.Mean(name="own")

    def train_step(self, data):
        x, y = data
        with tf.GradientTape() as tape:
            prediction = self(x, training=True)
            loss = tf.reduce_mean(tf.square(y - prediction)) * 2.0
        variables = self.trainable_variables
        self.optimizer.apply_gradients(zip(tape.gradient(loss, variables), variables))
        self.own.update_state(loss)
        return {"own": self.own.result(), "last": loss}

    def test_step(self, data):
        x, y = data
        loss = tf.reduce_mean(tf.abs(y - self(x, training=False)))
        self.own.update_state(loss)
        return {"own": self.own.result()}

    def predict_step(self, data):
        return {"twice": self(data, training=False) * 2.0}

    @property
    def metrics(self):
        return [self.own]


@case
def own_steps(log):
    inputs = keras.Input((3,))
    model = weights_of(OwnSteps(inputs, L.Dense(2)(L.Dense(4, activation="tanh")(inputs))))
    model.compile(sgd())
    ran(log, model, X, Y, epochs=2, validation_split=0.25)
    log("evaluated", model.evaluate(X, Y, verbose=0))
    log("evaluated by name", model.evaluate(X, Y, verbose=0, return_dict=True))
    log("on batch", model.train_on_batch(X, Y))
    log("on batch by name", model.train_on_batch(X, Y, return_dict=True))
    log("predicted", model.predict(X, verbose=0, batch_size=5))
    log("names", model.metrics_names)


class OwnLoss(keras.Model):
    def compute_loss(self, x=None, y=None, y_pred=None, sample_weight=None):
        return 3.0 * tf.reduce_mean(tf.square(y - y_pred)) + tf.reduce_mean(tf.square(x))

    def compute_metrics(self, x, y, y_pred, sample_weight):
        results = super().compute_metrics(x, y, y_pred, sample_weight)
        results["mean"] = tf.reduce_mean(y_pred)
        return results


@case
def own_loss_and_metrics(log):
    inputs = keras.Input((3,))
    model = weights_of(OwnLoss(inputs, L.Dense(2)(L.Dense(4, activation="tanh")(inputs))))
    model.compile(sgd(), metrics=["mae"])
    ran(log, model, X, Y, epochs=2, validation_split=0.25)
    log("on batch", model.train_on_batch(X, Y, return_dict=True))


class OwnFunctions(keras.Model):
    def make_train_function(self, force=False):
        step = super().make_train_function(force)

        def train(iterator):
            results = dict(step(iterator))
            results["doubled"] = results["loss"] * 2
            return results

        return train


@case
def own_train_function(log):
    inputs = keras.Input((3,))
    model = weights_of(OwnFunctions(inputs, L.Dense(2)(L.Dense(4, activation="tanh")(inputs))))
    model.compile(sgd(), "mse")
    ran(log, model, X, Y, epochs=2)


def own_error(y_true, y_pred):
    return tf.reduce_mean(tf.abs(y_true - y_pred) * 2.0, axis=-1)


class OwnMetric(keras.metrics.Metric):
    def __init__(self, name="largest", **kwargs):
        super().__init__(name=name, **kwargs)
        self.value = self.add_weight(name="value", initializer="zeros")

    def update_state(self, y_true, y_pred, sample_weight=None):
        self.value.assign(tf.maximum(self.value, tf.reduce_max(tf.abs(y_true - y_pred))))

    def result(self):
        return self.value


@case
def own_functions(log):
    model = net()
    model.compile(sgd(), own_error, metrics=[own_error, OwnMetric(), keras.metrics.MeanSquaredError(name="error")])
    ran(log, model, X, Y, epochs=2, validation_split=0.25)


@case
def loss_without_reduction(log):
    for reduction in ["none", "sum", "sum_over_batch_size"]:
        model = net()
        model.compile(sgd(0.01), keras.losses.MeanSquaredError(reduction=reduction))
        ran(log, model, X, Y, epochs=2, sample_weight=WEIGHTS)


@case
def labels_of_another_rank(log):
    model = net(1)
    model.compile(sgd(), "mse", metrics=["mae", "mse"])
    ran(log, model, X, Y[:, 0], epochs=1, sample_weight=WEIGHTS.reshape(12, 1))
    ran(log, model, X, Y[:, :1], epochs=1, sample_weight=WEIGHTS)
    model = net(3, "softmax")
    model.compile(sgd(), "sparse_categorical_crossentropy", metrics=["accuracy", "crossentropy"])
    ran(log, model, X, LABELS.reshape(12, 1), epochs=1)


IDS = np.array([[1, 2, 0, 0], [3, 1, 2, 0], [2, 0, 0, 0], [1, 1, 3, 2], [3, 0, 0, 0], [2, 3, 1, 0]], np.int32)


def masked_net(sequences=True):
    layers = [L.Embedding(4, 3, mask_zero=True, input_length=4), L.LSTM(3, return_sequences=sequences), L.Dense(2)]
    return weights_of(keras.Sequential(layers))


@case
def masks(log):
    targets = numbers((6, 4, 2), 2)
    model = masked_net()
    model.compile(sgd(), "mse", metrics=["mae"], weighted_metrics=["mae"])
    ran(log, model, IDS, targets, epochs=2)
    ran(log, model, IDS, targets, epochs=1, sample_weight=WEIGHTS[:6])
    ran(log, model, IDS, targets, epochs=1, sample_weight=np.abs(numbers((6, 4), 5)))
    log("evaluated", model.evaluate(IDS, targets, verbose=0, sample_weight=np.abs(numbers((6, 4), 5))))


@case
def embeddings_by_rows(log):
    for optimizer in ["adam", "rmsprop", "adagrad", "ftrl", "sgd"]:
        for space in ["current", "legacy"]:
            kinds = OLD if space == "legacy" else NEW
            if kinds is None:
                log.unknown("%s, %s" % (optimizer, space))
                continue
            model = masked_net(False)
            made = {"adam": lambda: kinds.Adam(0.05), "rmsprop": lambda: kinds.RMSprop(0.05), "adagrad": lambda: kinds.Adagrad(0.05), "ftrl": lambda: kinds.Ftrl(0.05), "sgd": lambda: kinds.SGD(0.05, momentum=0.5)}[optimizer]()
            model.compile(made, "mse")
            log.part("%s, %s" % (optimizer, space))
            ran(log, model, IDS, numbers((6, 2), 3), epochs=2, batch_size=2)


@case
def states_of_sequences(log):
    model = weights_of(keras.Sequential([L.LSTM(3, stateful=True, batch_input_shape=(2, 3, 2), name="rnn"), L.Dense(1)]))
    model.compile(sgd(), "mse")
    x, y = numbers((6, 3, 2), 1), numbers((6, 1), 2)
    ran(log, model, x, y, epochs=2, batch_size=2)
    log("states", model.get_layer("rnn").states)
    model.reset_states()
    log("reset", model.get_layer("rnn").states)
    log("predicted", model.predict(x, batch_size=2, verbose=0))
    reset = keras.callbacks.LambdaCallback(on_epoch_begin=lambda epoch, logs: model.reset_states())
    ran(log, model, x, y, epochs=2, batch_size=2, callbacks=[reset])


@case
def averages_of_weights(log):
    model = net()
    model.compile(NEW.SGD(0.1, use_ema=True, ema_momentum=0.5), "mse")
    ran(log, model, X, Y, epochs=2)
    log("on batch", model.train_on_batch(X, Y))
    end(log, model)


@case
def clipped(log):
    for name, value in {"clipnorm": 0.05, "clipvalue": 0.01, "global_clipnorm": 0.05}.items():
        model = net()
        model.compile(sgd(**{name: value}), "mse")
        ran(log, model, X, Y, epochs=1)


@case
def constrained(log):
    model = weights_of(keras.Sequential([L.Dense(4, input_shape=(3,), kernel_constraint=keras.constraints.MaxNorm(0.5), bias_constraint="non_neg"), L.Dense(2, kernel_constraint="unit_norm")]))
    model.compile(sgd(), "mse")
    ran(log, model, X, Y, epochs=2)


@case
def scheduled(log):
    model = net()
    model.compile(sgd(keras.optimizers.schedules.PiecewiseConstantDecay([2, 4], [0.1, 0.05, 0.01])), "mse")
    ran(log, model, X, Y, epochs=2)
    model.compile(OLD.SGD(keras.optimizers.schedules.InverseTimeDecay(0.1, 2, 0.5)), "mse")
    model.fit(X, Y, epochs=2, batch_size=4, verbose=0, shuffle=False)
    log("weights", model.get_weights())


@case
def stopped_within_an_epoch(log):
    class Stop(keras.callbacks.Callback):
        def on_train_batch_end(self, batch, logs=None):
            if batch == 1:
                self.model.stop_training = True

    model = net()
    model.compile(sgd(), "mse")
    ran(log, model, X, Y, epochs=3, validation_data=(X, Y), callbacks=[Stop(), Recorder(log)])


@case
def without_labels(log):
    model = net()
    model.compile(sgd(), "mse")
    log.error("fit", lambda: model.fit(X, verbose=0))
    log.error("fit of nothing", lambda: model.fit(X[:0], Y[:0], verbose=0))
    log.error("numbers of samples", lambda: model.fit(X, Y[:3], verbose=0))
    log.error("split of all", lambda: model.fit(X[:1], Y[:1], validation_split=0.5, verbose=0))
    log.error("not compiled", lambda: net().fit(X, Y, verbose=0))
    log.error("evaluate, not compiled", lambda: net().evaluate(X, Y, verbose=0))
    log.error("predict, not compiled", lambda: net().predict(X, verbose=0))
    log.error("unknown loss", lambda: net().compile("sgd", "no such loss") or net().fit(X, Y, verbose=0))
    log.error("unknown optimizer", lambda: net().compile("no such optimizer"))
    log.error("name of an output", lambda: two_outputs_wrong())


def two_outputs_wrong():
    model = two_outputs()
    model.compile("sgd", {"first": "mse", "third": "mse"})
    model.fit(X, [Y, ONE_HOT], verbose=0)


@case
def metrics_of_labels(log):
    model = net(3, "softmax")
    kinds = keras.metrics
    model.compile(sgd(), "categorical_crossentropy", metrics=[kinds.AUC(num_thresholds=10), kinds.Precision(), kinds.TopKCategoricalAccuracy(2), "categorical_accuracy", "cosine_similarity"])
    ran(log, model, X, ONE_HOT, epochs=2, validation_split=0.25)
    log("names", model.metrics_names)


@case
def names_of_metrics(log):
    model = net()
    model.compile(sgd(), "MSE", metrics=["mse", "MAE", "mean_squared_error", "cosine_similarity", "logcosh"], weighted_metrics=["mse", "mape"])
    ran(log, model, X, Y, epochs=1)
    log("names", model.metrics_names)
