"""What the cases of parity have in common on the side of TensorFlow: numbers by rule, models, and a log of what happens."""
import contextlib
import importlib
import importlib.util
import io
import math
import os
import re

if importlib.util.find_spec("tf_keras"):
    os.environ["TF_USE_LEGACY_KERAS"] = "1"
import numpy as np
import tensorflow as tf

keras = tf.keras
VERSION = tuple(int(part) for part in tf.__version__.split(".")[:2])
CASES = {}


def internal(name):
    """A module of Keras's own, wherever this version has it."""
    return importlib.import_module(keras.Model.__module__.rsplit(".engine", 1)[0] + "." + name)


# The families of optimizers: up to 2.10 the older one has the plain names; 2.4 has no other one.
OLD = keras.optimizers if VERSION < (2, 9) else keras.optimizers.legacy
NEW = None if VERSION < (2, 9) else keras.optimizers.experimental if VERSION < (2, 11) else keras.optimizers
# How the files of a case are read that were written elsewhere.
READERS = {}


def case(function):
    """Registers a case under its name."""
    CASES[function.__name__] = function
    return function


def plain(value):
    """A value as JSON has it."""
    if isinstance(value, dict):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    if isinstance(value, (tf.Tensor, tf.Variable)):
        value = value.numpy()
    if isinstance(value, (np.ndarray, np.generic)):
        value = value.astype(float).tolist() if value.dtype.kind in "fV" else value.tolist()
        return plain(value) if isinstance(value, (list, float)) else value
    if isinstance(value, float) and not math.isfinite(value):
        return "nan" if math.isnan(value) else "inf" if value > 0 else "-inf"
    return value


class Log:
    """What happens in a case, in order; `folder` is for its files."""

    def __init__(self, folder):
        self.lines = []
        self.folder = folder
        self.prefix = ""

    def part(self, name):
        """Begins a part of the case, whose name stands before the labels; the rest of the case has none."""
        self.prefix = name + ": " if name else ""

    def unknown(self, name):
        """Notes that this version cannot do a part."""
        self.lines.append(["unknown", name])

    def path(self, name):
        """The path of a file of the case."""
        return os.path.join(self.folder, name)

    def paths(self):
        """The paths of the files that there are."""
        found = []
        for root, _, names in os.walk(self.folder):
            found += [os.path.relpath(os.path.join(root, name), self.folder) for name in names]
        return sorted(found)

    def text(self, label, name):
        """Logs what a file holds."""
        with open(self.path(name), newline="") as file:
            self(label, file.read())

    def __call__(self, label, value=None):
        self.lines.append([self.prefix + label, plain(value)])

    @contextlib.contextmanager
    def printed(self, label):
        """Logs what is printed."""
        text = io.StringIO()
        with contextlib.redirect_stdout(text):
            yield
        # Versions before 2.7 fill numbers of epochs up with zeros.
        own = re.sub(r"(?<=\nEpoch )0+(?=\d+[: ])", "", text.getvalue().replace(self.folder + "/", ""))
        self(label, re.sub(r"(?<=[ -])\d+(s|ms|us)\b", "#", own))

    def error(self, label, run):
        """Logs the kind of error that a call gives, or that it gives none."""
        try:
            run()
        except Exception as error:
            self(label, "refused")
            return error
        self(label, "accepted")
        return None


def numbers(shape, phase=0):
    """Numbers between -0.5 and 0.5."""
    count = int(np.prod(shape))
    return ((((np.arange(count) * 7 + phase) % 11) - 5) / 10).astype(np.float32).reshape(shape)


def weights_of(model):
    """Gives a model weights by rule."""
    for place, variable in enumerate(model.weights):
        if "float" not in variable.dtype if isinstance(variable.dtype, str) else not variable.dtype.is_floating:
            continue
        value = numbers(variable.shape, place)
        variable.assign(np.abs(value) + 0.5 if "variance" in variable.name else value)
    return model


X = numbers((12, 3), 1)
Y = numbers((12, 2), 4)
LABELS = (np.arange(12) * 5 % 3).astype(np.int32)
ONE_HOT = np.eye(3, dtype=np.float32)[LABELS]
WEIGHTS = np.abs(numbers((12,), 3)) + np.float32(0.25)


def net(outputs=2, activation=None, inputs=3):
    """Two Dense layers."""
    layers = keras.layers
    model = keras.Sequential(
        [layers.Dense(4, activation="tanh", input_shape=(inputs,), name="hidden"), layers.Dense(outputs, activation=activation, name="out")], name="net"
    )
    return weights_of(model)


def two_outputs(as_dict=False):
    """A functional model of two outputs."""
    inputs = keras.Input((3,), name="x")
    hidden = keras.layers.Dense(4, activation="tanh", name="hidden")(inputs)
    first = keras.layers.Dense(2, name="first")(hidden)
    second = keras.layers.Dense(3, activation="softmax", name="second")(hidden)
    return weights_of(keras.Model(inputs, {"a": first, "b": second} if as_dict else [first, second], name="two"))


def end(log, model, counted=True):
    """Logs weights, and the optimizer's state. TensorFlow counts one more iteration where data run out."""
    log("weights", [variable for variable in model.get_weights()])
    optimizer = getattr(model, "optimizer", None)
    if optimizer is not None:
        if counted:
            log("iterations", int(optimizer.iterations))
        rate = optimizer.learning_rate
        # The older optimizers have the schedule there.
        log("learning rate", rate(optimizer.iterations) if isinstance(rate, keras.optimizers.schedules.LearningRateSchedule) else rate)


def ran(log, model, *args, counted=True, **kwargs):
    """Trains without shuffling, and logs the results."""
    history = model.fit(*args, **{"verbose": 0, "shuffle": False, "batch_size": 4, **kwargs})
    log("epochs", history.epoch)
    log("history", history.history)
    end(log, model, counted)


class Recorder(keras.callbacks.Callback):
    """Logs each hook with what it is given."""

    def __init__(self, log, hooks=None):
        super().__init__()
        self.log, self.hooks = log, hooks

    def note(self, hook, number, logs):
        if self.hooks is None or hook in self.hooks:
            self.log(hook, [number, dict(logs or {})])


def hook(name, numbered):
    if numbered:
        return lambda self, number, logs=None: self.note(name, number, logs)
    return lambda self, logs=None: self.note(name, None, logs)


for kind in ["train", "test", "predict"]:
    for when in ["begin", "end"]:
        setattr(Recorder, "on_%s_%s" % (kind, when), hook("on_%s_%s" % (kind, when), False))
        setattr(Recorder, "on_%s_batch_%s" % (kind, when), hook("on_%s_batch_%s" % (kind, when), True))
for when in ["begin", "end"]:
    setattr(Recorder, "on_epoch_" + when, hook("on_epoch_" + when, True))
