"""The TensorFlow side of oracle-train.ts: `make DIR` saves trainings, `accept DIR` restores what @km saved of them.

`accept` prints one line of JSON per check: {"check": ..., "status": "passed", "failed" or "skipped", "reason": ...}.
"""
import importlib.util
import json
import os
import sys

if importlib.util.find_spec("tf_keras"):
    os.environ["TF_USE_LEGACY_KERAS"] = "1"
import numpy as np
import tensorflow as tf

keras = tf.keras
VERSION = tuple(int(part) for part in tf.__version__.split(".")[:2])
X = (np.arange(24, dtype=np.float32).reshape(8, 3) % 7) / 7
Y = (np.arange(16, dtype=np.float32).reshape(8, 2) % 5) / 5
MAKERS = {
    "adam": lambda space: space.Adam(0.05),
    "sgd": lambda space: space.SGD(0.05, momentum=0.9, nesterov=True),
    "rmsprop": lambda space: space.RMSprop(0.01, momentum=0.5, centered=True),
}


def families():
    return ["current", "legacy"] if VERSION >= (2, 11) else ["legacy"]


def model(name, family):
    inputs = keras.Input((3,))
    hidden = keras.layers.Dense(4, activation="tanh", name="hidden")(inputs)
    made = keras.Model(inputs, keras.layers.Dense(2, name="out")(keras.layers.BatchNormalization(name="norm")(hidden)))
    space = keras.optimizers.legacy if family == "legacy" and VERSION >= (2, 11) else keras.optimizers
    made.compile(MAKERS[name](space), "mse")
    return made


def objects(made, value):
    return tf.train.Checkpoint(
        step=tf.Variable(value), model=made, optimizer=made.optimizer, things={"list": [tf.Variable([1.0, value]), keras.layers.Layer()], "z": tf.Variable(value, dtype=tf.int64)}
    )


def train(made, times=1):
    for _ in range(times):
        made.train_on_batch(X, Y)


def outputs(made):
    return made.predict(X, verbose=0).astype(float).ravel().tolist()


def make(folder):
    with open(os.path.join(folder, "data.json"), "w") as file:
        json.dump({"x": X.tolist(), "y": Y.tolist()}, file)
    interrupt(folder)
    for name in MAKERS:
        for family in families():
            made = model(name, family)
            checkpoint = objects(made, 5)
            directory = os.path.join(folder, "theirs", name + "-" + family)
            manager = tf.train.CheckpointManager(checkpoint, directory, max_to_keep=2)
            for _ in range(3):
                train(made)
                checkpoint.step.assign_add(1)
                manager.save()
            now = outputs(made)
            train(made)
            with open(os.path.join(directory, "expected.json"), "w") as file:
                json.dump({"outputs": now, "after": outputs(made)}, file)


class Break(Exception):
    pass


class Breaker(keras.callbacks.Callback):
    def on_epoch_begin(self, epoch, logs=None):
        if epoch == 2:
            raise Break()


def fit(made, folder, *callbacks):
    callbacks = list(callbacks)
    if folder:
        kind = keras.callbacks.BackupAndRestore if hasattr(keras.callbacks, "BackupAndRestore") else keras.callbacks.experimental.BackupAndRestore
        callbacks.insert(0, kind(folder))
    return made.fit(X, Y, batch_size=4, epochs=4, shuffle=False, verbose=0, callbacks=callbacks)


def interrupt(folder):
    """A training that stops before its third epoch, and what it would have come to."""
    fixed = model("adam", families()[0])
    values = [np.linspace(-1, 1, int(np.prod(w.shape))).reshape(w.shape).astype(np.float32) for w in fixed.trainable_weights]
    for variable, value in zip(fixed.trainable_weights, values):
        variable.assign(value)
    fixed.save_weights(os.path.join(folder, "initial.h5"), save_format="h5")
    fit(fixed, None)
    with open(os.path.join(folder, "backup.json"), "w") as file:
        json.dump({"outputs": outputs(fixed), "family": families()[0]}, file)
    broken = model("adam", families()[0])
    broken.load_weights(os.path.join(folder, "initial.h5"))
    try:
        fit(broken, os.path.join(folder, "backup"), Breaker())
    except Break:
        pass


def taken_up(folder):
    made = model("adam", families()[0])
    history = fit(made, os.path.join(folder, "ours-backup"))
    if history.epoch != [2, 3]:
        return "epochs %s" % history.epoch
    with open(os.path.join(folder, "backup.json")) as file:
        expected = json.load(file)["outputs"]
    return "" if np.allclose(outputs(made), expected, rtol=1e-4, atol=1e-5) else "other outputs"


def board(folder):
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

    events = EventAccumulator(os.path.join(folder, "logs", "train"))
    events.Reload()
    tags = events.Tags()["tensors"]
    if tags != ["keras", "epoch_loss", "hidden/kernel_0/histogram", "hidden/bias_0/histogram", "norm/gamma_0/histogram", "norm/beta_0/histogram", "norm/moving_mean_0/histogram", "norm/moving_variance_0/histogram", "out/kernel_0/histogram", "out/bias_0/histogram"]:
        return "tags %s" % tags
    with open(os.path.join(folder, "board.json")) as file:
        expected = json.load(file)
    losses = [float(tf.make_ndarray(event.tensor_proto)) for event in events.Tensors("epoch_loss")]
    if not np.allclose(losses, expected["loss"]):
        return "losses %s" % losses
    histogram = tf.make_ndarray(events.Tensors("hidden/kernel_0/histogram")[-1].tensor_proto)
    if histogram.shape != (30, 3) or histogram[:, 2].sum() != 12:
        return "histogram %s" % histogram
    plugins = [events.SummaryMetadata(tag).plugin_data.plugin_name for tag in tags[:4]]
    return "" if plugins == ["graph_keras_model", "scalars", "histograms", "histograms"] else "plugins %s" % plugins


def restored(folder, name, family):
    made = model(name, family)
    train(made)
    checkpoint = objects(made, 0)
    manager = tf.train.CheckpointManager(checkpoint, folder, max_to_keep=2)
    if tf.train.latest_checkpoint(folder) != manager.latest_checkpoint:
        return "latest_checkpoint gives %s" % tf.train.latest_checkpoint(folder)
    if len(manager.checkpoints) != 2:
        return "the manager knows %s" % manager.checkpoints
    checkpoint.restore(manager.latest_checkpoint).assert_consumed()
    with open(os.path.join(folder, "expected.json")) as file:
        expected = json.load(file)
    for key in ["step", "save_counter"]:
        if int(getattr(checkpoint, key)) != expected[key]:
            return "%s is %s" % (key, int(getattr(checkpoint, key)))
    if not np.allclose(outputs(made), expected["outputs"], rtol=1e-5, atol=1e-6):
        return "other outputs"
    train(made)
    if not np.allclose(outputs(made), expected["after"], rtol=1e-4, atol=1e-5):
        return "other outputs after a step"
    return ""


def check(name, run):
    try:
        reason = run()
    except Exception as error:
        reason = "%s: %s" % (type(error).__name__, " ".join(str(error).split()))
    note(name, "failed" if reason else "passed", reason)


def note(name, status, reason):
    print(json.dumps({"check": name, "status": status, "reason": reason[:300]}), flush=True)


def accept(folder):
    check("BackupAndRestore", lambda: taken_up(folder))
    if importlib.util.find_spec("tensorboard"):
        check("TensorBoard", lambda: board(folder))
    else:
        note("TensorBoard", "skipped", "tensorboard is not installed, which TensorFlow needs no more since 2.21")
    root = os.path.join(folder, "ours")
    for directory in sorted(os.listdir(root)):
        name, family = directory.split("-")[:2]
        check(directory, lambda: restored(os.path.join(root, directory), name, family))


if __name__ == "__main__":
    {"make": make, "accept": accept}[sys.argv[1]](sys.argv[2])
