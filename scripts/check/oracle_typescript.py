"""The TensorFlow side of oracle-typescript.ts: `oracle_typescript.py DIR` loads DIR/NAME/model without its classes, and trains it.

One line of JSON is printed per model: {"id", "differences"} from DIR/NAME/expected.json by what was compared, or {"id", "error"}.
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


def arrays(described):
    if "values" in described:
        return np.array(described["values"], described["dtype"]).reshape(described["shape"])
    return {name: arrays(item) for name, item in described.items()}


def tensors(value):
    return {name: tf.constant(item) for name, item in value.items()} if isinstance(value, dict) else tf.constant(value)


def difference(found, wanted):
    if isinstance(wanted, dict):
        if sorted(found) != sorted(wanted):
            raise ValueError("%s, not %s" % (sorted(found), sorted(wanted)))
        return max(difference(found[name], wanted[name]) for name in wanted)
    found = np.asarray(found)
    if found.shape != wanted.shape:
        raise ValueError("the shape %s, not %s" % (found.shape, wanted.shape))
    return float(np.max(np.abs(found.astype("float64") - wanted)))


def total(model):
    return float(sum(float(loss) for loss in model.losses))


def serving(folder, x):
    signature = tf.saved_model.load(os.path.join(folder, "model")).signatures["serving_default"]
    (name,) = signature.structured_input_signature[1] if not isinstance(x, dict) else [""]
    outputs = signature(**tensors(x if isinstance(x, dict) else {name: x}))
    return outputs if len(outputs) > 1 else list(outputs.values())[0]


def check(folder, expected):
    model = keras.models.load_model(os.path.join(folder, "model"))
    if not type(model).__module__.endswith("saved_model.load") and type(model).__name__ not in ("Functional", "Sequential"):
        raise ValueError("the class is %s" % type(model))
    x, y = arrays(expected["x"]), arrays(expected["y"])
    found = {"signature": difference(serving(folder, x), arrays(expected["outputs"]))}
    start = model.get_weights()
    for mode, outputs, losses in ((False, "outputs", "losses"), (True, "training", "training_losses")):
        found[outputs] = difference(model(tensors(x), training=mode), arrays(expected[outputs]))
        found[losses] = abs(total(model) - expected[losses])
    sums = {variable.name.split(":")[0]: np.sum(variable.numpy()) for variable in model.weights}
    found["weights after a call in training"] = difference(sums, {name: np.float64(value) for name, value in expected["called"].items()})
    model.set_weights(start)
    found["predict"] = difference(model.predict(x, verbose=0), arrays(expected["outputs"]))
    history = model.fit(x, y, epochs=len(expected["history"]["loss"]), batch_size=64, shuffle=False, verbose=0).history
    for name, values in expected["history"].items():
        found["fit: " + name] = difference(np.array(history[name]), np.array(values))
    found["after fit"] = difference(model.predict(x, verbose=0), arrays(expected["after"]))
    if not history["loss"][-1] < history["loss"][0]:
        raise ValueError("the loss does not fall: %s" % history["loss"])
    return found


def main(folder):
    for name in sorted(os.listdir(folder)):
        place = os.path.join(folder, name)
        if not os.path.exists(os.path.join(place, "expected.json")):
            continue
        with open(os.path.join(place, "expected.json")) as file:
            expected = json.load(file)
        line = {"id": name}
        try:
            line["differences"] = check(place, expected)
        except Exception as error:
            line["error"] = "%s: %s" % (type(error).__name__, " ".join(str(error).split())[:600])
        keras.backend.clear_session()
        print(json.dumps(line), flush=True)


main(*sys.argv[1:])
