"""The TensorFlow side of oracle-step.ts: `oracle_step.py DIR < CASES` calls Keras SavedModels in training and takes one step,
in the mode of inference where training is random.

CASES is a JSON list of {"id", "model", "inputs"}. One line of JSON is printed per case: where the arrays lie in DIR/NUMBER.bin,
or {"id", "error"}. Targets are 0.1 more than half of what the model gives; the step is that of SGD with a rate of 0.01.
"""
import base64
import importlib.util
import json
import os
import sys

if importlib.util.find_spec("tf_keras"):
    os.environ["TF_USE_LEGACY_KERAS"] = "1"
import numpy as np
import tensorflow as tf

keras = tf.keras
RATE = 0.01


def array(entry):
    if entry["dtype"] == "string":
        texts = [base64.b64decode(text) for text in entry["data"]]
        return tf.constant(texts, shape=entry["shape"])
    return tf.constant(np.frombuffer(base64.b64decode(entry["data"]), entry["dtype"]).reshape(entry["shape"]))


def load(path):
    try:
        return keras.models.load_model(path, compile=False, safe_mode=False)
    except TypeError:
        return keras.models.load_model(path, compile=False)


def given(model, inputs):
    names = list(getattr(model, "input_names", None) or [])
    by_name = {entry["name"]: array(entry) for entry in inputs}
    values = [by_name[name] for name in names] if names and all(name in by_name for name in names) else list(by_name.values())
    return values[0] if len(values) == 1 else values


class Weights:
    """The variables among the weights; tables are none."""

    def __init__(self, model):
        self.variables = [one for one in model.weights if hasattr(one, "numpy")]
        self.start = self.values()

    def values(self):
        return [one.numpy() for one in self.variables]

    def reset(self, model):
        for variable, value in zip(self.variables, self.start):
            variable.assign(value)
        model.reset_states()


def flat(outputs):
    return [np.asarray(value) for value in tf.nest.flatten(outputs)]


def same(a, b):
    return all(np.array_equal(x, y, equal_nan=True) if x.dtype.kind == "f" else np.array_equal(x, y) for x, y in zip(a, b))


def observe(model, x):
    weights = Weights(model)
    found = {}
    weights.reset(model)
    outputs = model(x, training=False)
    weights.reset(model)
    found["training"] = flat(model(x, training=True))
    found["losses"] = [np.float64(sum(float(loss) for loss in model.losses))]
    found["called"] = weights.values()
    weights.reset(model)
    again = flat(model(x, training=True))
    weights.reset(model)
    is_random = not same(found["training"], again)
    if is_random:
        found = {}
    if not all(np.asarray(value).dtype.kind == "f" for value in tf.nest.flatten(outputs)):
        return found
    y = tf.nest.map_structure(lambda value: 0.5 * np.asarray(value) + np.asarray(0.1, np.asarray(value).dtype), outputs)
    model.compile(keras.optimizers.SGD(RATE), "mse")
    if is_random:
        found["loss in inference"] = [step_in_inference(model, x, y)]
        found["after in inference"] = weights.values()
        return found
    loss = model.train_on_batch(x, y)
    found["loss"] = [np.float64(loss[0] if isinstance(loss, list) else loss)]
    found["after"] = weights.values()
    return found


def step_in_inference(model, x, y):
    with tf.GradientTape() as tape:
        outputs = model(x, training=False)
        loss = model.compiled_loss(tf.nest.map_structure(tf.constant, y), outputs, None, regularization_losses=model.losses)
    gradients = tape.gradient(loss, model.trainable_weights)
    for variable, gradient in zip(model.trainable_weights, gradients):
        if gradient is not None:
            variable.assign_sub(RATE * tf.convert_to_tensor(gradient))
    return np.float64(loss)


def pack(found, path):
    table, start = {}, 0
    with open(path, "wb") as file:
        for what, values in found.items():
            table[what] = []
            for value in values:
                data = np.asarray(value)
                data = data.astype("float32") if data.dtype.name == "bfloat16" or data.dtype == np.float16 else data
                raw = b"" if data.dtype == object else np.ascontiguousarray(data).tobytes()
                table[what].append({"name": what, "dtype": data.dtype.name, "shape": list(data.shape), "offset": start, "bytes": len(raw)})
                file.write(raw)
                start += len(raw)
    return table


def main(folder):
    for number, case in enumerate(json.load(sys.stdin)):
        line = {"id": case["id"]}
        try:
            model = load(case["model"])
            found = observe(model, given(model, case["inputs"]))
            line["arrays"] = pack(found, os.path.join(folder, "%d.bin" % number))
        except Exception as error:
            line["error"] = "%s: %s" % (type(error).__name__, " ".join(str(error).split())[:300])
        keras.backend.clear_session()
        print(json.dumps(line), flush=True)


main(*sys.argv[1:])
