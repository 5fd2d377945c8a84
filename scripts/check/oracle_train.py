"""The TensorFlow side of oracle-train.ts: `make DIR` saves trainings, `accept DIR` restores what @km saved of them.

`accept` prints one line of JSON per check: {"check": ..., "ok": true or false, "reason": ...}.
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


def accept(folder):
    root = os.path.join(folder, "ours")
    for directory in sorted(os.listdir(root)):
        name, family = directory.split("-")[:2]
        try:
            reason = restored(os.path.join(root, directory), name, family)
        except Exception as error:
            reason = "%s: %s" % (type(error).__name__, " ".join(str(error).split()))
        print(json.dumps({"check": directory, "ok": reason == "", "reason": reason[:300]}), flush=True)


if __name__ == "__main__":
    {"make": make, "accept": accept}[sys.argv[1]](sys.argv[2])
