"""The TensorFlow side of oracle-checkpoints.ts: `make DIR` writes checkpoints, `accept DIR` reads what @km made of them.

`accept` prints one line of JSON per check: {"check": ..., "ok": true or false, "reason": ...}.
"""
import glob
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
GRAPH = "_CHECKPOINTABLE_OBJECT_GRAPH"
DTYPES = ["float16", "bfloat16", "float32", "float64", "int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64", "bool", "complex64", "complex128"]


def model(name):
    inputs = keras.Input((5,), dtype="int32")
    x = keras.layers.Embedding(7, 4, name="embedding")(inputs)
    x = keras.layers.Bidirectional(keras.layers.LSTM(3), name="both")(x)
    x = keras.layers.BatchNormalization(name="norm")(x)
    inner = keras.Sequential([keras.layers.Dense(3, activation="relu", input_shape=(6,)), keras.layers.Dense(2)], name="in.ner")
    made = keras.Model(inputs, inner(x))
    space = keras.optimizers.legacy if name.endswith("legacy") and hasattr(keras.optimizers, "legacy") else keras.optimizers
    made.compile(space.Adam(0.01) if name.startswith("adam") else space.SGD(0.01, momentum=0.9), "mse")
    return made


def optimizers():
    return ["adam", "sgd", "adam_legacy", "sgd_legacy"] if VERSION >= (2, 11) else ["adam", "sgd"]


def train(made):
    ids = np.arange(20).reshape(4, 5) % 7
    made.train_on_batch(ids, np.ones((4, 2), np.float32))


def make(folder):
    numbers = np.arange(24).reshape(2, 3, 4)
    tensors = [("t/" + dtype, tf.cast(tf.constant(numbers), dtype)) for dtype in DTYPES]
    tensors += [("scalar", tf.constant(3.5)), ("none", tf.zeros([0, 4])), ("words", tf.constant([b"", b"\x00a", "\u00e4".encode(), b"y" * 300]))]
    names = [name for name, _ in tensors]
    tf.raw_ops.SaveV2(prefix=os.path.join(folder, "dtypes"), tensor_names=names, shape_and_slices=[""] * len(names), tensors=[value for _, value in tensors])
    for name in optimizers():
        made = model(name)
        train(made)
        tf.train.Checkpoint(model=made, optimizer=made.optimizer).write(os.path.join(folder, name))
        made.save_weights(os.path.join(folder, name + "_weights"))


def report(check, ok, reason=""):
    print(json.dumps({"check": check, "ok": bool(ok), "reason": str(reason)[:300]}), flush=True)


def same_values(a, b, offset=0.0):
    first, second = tf.train.load_checkpoint(a), tf.train.load_checkpoint(b)
    names = set(first.get_variable_to_shape_map())
    if names != set(second.get_variable_to_shape_map()):
        return "other names: %s" % (names ^ set(second.get_variable_to_shape_map()))
    for name in names - {GRAPH}:
        left, right = np.asarray(first.get_tensor(name)), np.asarray(second.get_tensor(name))
        if left.dtype != right.dtype or left.shape != right.shape:
            return "%s is %s %s, not %s %s" % (name, right.dtype, right.shape, left.dtype, left.shape)
        moved = left + np.float32(offset) if left.dtype == np.float32 else left
        if not np.array_equal(moved, right):
            return "%s has other values" % name
    return ""


def restored(name, prefix):
    made = model(name)
    train(made)
    tf.train.Checkpoint(model=made, optimizer=made.optimizer).read(prefix).assert_consumed()
    want = tf.train.load_checkpoint(prefix)
    kernel = "model/layer_with_weights-3/layer_with_weights-1/kernel/.ATTRIBUTES/VARIABLE_VALUE"
    if not np.array_equal(made.layers[-1].layers[-1].kernel.numpy(), want.get_tensor(kernel)):
        return "the kernel has other values"
    return ""


def accept(folder):
    for path in sorted(glob.glob(os.path.join(folder, "*.index"))):
        prefix = path[: -len(".index")]
        name = os.path.basename(prefix)
        copy = os.path.join(folder, "km", name)
        for kind, offset in [("same", 0.0), ("moved", 1.0), ("sharded", 0.0)]:
            target = copy + "." + kind
            if not os.path.exists(target + ".index"):
                continue
            check(name + " " + kind + ": load_checkpoint", lambda: same_values(prefix, target, offset))
            if name in optimizers():
                check(name + " " + kind + ": restore, assert_consumed", lambda: restored(name, target))
            elif name.endswith("_weights"):
                check(name + " " + kind + ": load_weights", lambda: loaded(name[: -len("_weights")], target))
    state = tf.train.latest_checkpoint(os.path.join(folder, "km"))
    report("state file: latest_checkpoint", state is not None and os.path.basename(state) == "it's \u00e4 \"q\"", state)


def loaded(name, prefix):
    made = model(name)
    made.load_weights(prefix).assert_existing_objects_matched()
    return ""


def check(name, run):
    try:
        reason = run()
        report(name, reason == "", reason)
    except Exception as error:
        report(name, False, "%s: %s" % (type(error).__name__, " ".join(str(error).split())))


if __name__ == "__main__":
    {"make": make, "accept": accept}[sys.argv[1]](sys.argv[2])
