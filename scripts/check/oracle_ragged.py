"""The TensorFlow side of oracle-ragged.ts.

`oracle_ragged.py make OUT.json FOLDER` builds the models with ragged tensors, and writes what they compute.
`oracle_ragged.py read OUT.json FOLDER` loads the files that were written elsewhere, and prints one line of JSON per file.
"""
import json
import os
import sys

import numpy as np

from oracle_ragged_cases import CASES, INPUTS, K, RT, tf
from oracle_ragged_training import TRAININGS, train


VERSION = tuple(int(part) for part in tf.__version__.split(".")[:2])


def leaves(value):
    return [leaf for item in value for leaf in leaves(item)] if isinstance(value, (list, tuple)) else [value]


def number(value):
    return float(value) if np.isfinite(value) else None


def show(value):
    if isinstance(value, RT):
        splits = [each.numpy().tolist() for each in value.nested_row_splits]
        return {"splits": splits, "values": show(value.flat_values)}
    tensor = tf.convert_to_tensor(value)
    array = tensor.numpy()
    texts = array.dtype == object
    data = [x.decode() if texts else number(x) for x in array.reshape(-1)]
    return {"shape": list(array.shape), "dtype": tensor.dtype.name, "data": data}


def flat(value):
    return value.flat_values if isinstance(value, RT) else value


def fill(model):
    for i, variable in enumerate(model.weights):
        if variable.dtype.is_floating:
            values = tf.sin(tf.range(tf.size(variable), dtype="float32") + i) * 0.5
            variable.assign(tf.cast(tf.reshape(values, variable.shape), variable.dtype))


def inputs_of(keys):
    values = [INPUTS[key][0] for key in keys]
    return values if len(values) > 1 else values[0]


def loss_of(outputs):
    sums = [
        tf.reduce_sum(each * tf.reshape(tf.cos(tf.range(tf.size(each), dtype="float32")), tf.shape(each)))
        for each in map(flat, leaves(outputs))
        if each.dtype.is_floating
    ]
    return tf.add_n(sums) if sums else tf.constant(0.0)


def built(keys, build):
    K.backend.clear_session()
    inputs = [K.Input(INPUTS[k][1], ragged=INPUTS[k][2], dtype=INPUTS[k][0].dtype, name=k) for k in keys]
    return K.Model(inputs, build(*inputs))


def computed(keys, build):
    model = built(keys, build)
    fill(model)
    weights = model.trainable_weights
    with tf.GradientTape() as tape:
        outputs = model(inputs_of(keys))
        loss = loss_of(outputs)
    gradients = tape.gradient(loss, weights) if weights else []
    specs = [{"shape": s.shape.as_list(), "ragged": "Ragged" in type(s).__name__} for s in leaves(model.output)]
    return model, {
        "config": json.loads(model.to_json()),
        "inputs": [show(INPUTS[key][0]) for key in keys],
        "weights": [show(each) for each in model.weights],
        "outputs": [show(each) for each in leaves(outputs)],
        "specs": specs,
        "gradients": [show(tf.convert_to_tensor(each)) for each in gradients],
    }


def make(out, folder):
    cases, trainings = [], []
    for name, keys, build in CASES:
        try:
            model, facts = computed(keys, build)
            # One format in turn is enough: what differs between models is their config.
            turn = 4 if name.startswith("custom") else len(cases) % 8
            endings = ("h5", "keras") if turn == 0 else ("tf",) if turn == 4 else ("h5",) if turn % 2 else ()
            files = saved(model, keys, os.path.join(folder, str(len(cases))), endings)
            cases.append({"name": name, **facts, "files": files})
        except Exception as error:  # What a version does not do is no case of it.
            cases.append({"name": name, "error": f"{type(error).__name__}: {str(error).strip()[-200:]}"})
    for case in TRAININGS:
        try:
            trainings.append(train(case, fill, show))
        except Exception as error:
            trainings.append({"name": case[0], "error": f"{type(error).__name__}: {str(error).strip()[-200:]}"})
    with open(out, "w") as file:
        json.dump({"version": tf.__version__, "cases": cases, "trainings": trainings}, file)


def saved(model, keys, base, endings):
    """Formats in which this version saves the model, loads it again and runs it."""
    kept = []
    for ending in endings:
        # Archives are written since 2.12.
        if ending == "keras" and VERSION < (2, 12):
            continue
        try:
            path = f"{base}.{ending}"
            K.models.save_model(model, path, save_format=None if ending == "keras" else ending)
            K.models.load_model(path)(inputs_of(keys))
            kept.append(ending)
        except Exception:
            pass
    return kept


def difference(expected, found):
    if "splits" in expected:
        if expected["splits"] != found.get("splits"):
            return float("inf")
        return difference(expected["values"], found["values"])
    if expected["shape"] != found.get("shape"):
        return float("inf")
    worst = 0.0
    for a, b in zip(expected["data"], found["data"]):
        if isinstance(a, str) or a is None or b is None:
            worst = max(worst, 0.0 if a == b else float("inf"))
        else:
            worst = max(worst, abs(a - b) / max(1.0, abs(a)))
    return worst


def read(out, folder):
    with open(out) as file:
        cases = {case["name"]: case for case in json.load(file)["cases"]}
    with open(os.path.join(folder, "index.json")) as file:
        index = json.load(file)
    keys_of = {name: keys for name, keys, _ in CASES}
    for name, path in index:
        try:
            K.backend.clear_session()
            outputs = K.models.load_model(path)(inputs_of(keys_of[name]))
            found = [show(each) for each in leaves(outputs)]
            worst = max(difference(a, b) for a, b in zip(cases[name]["outputs"], found))
            reply = {"id": os.path.basename(path), "name": name, "difference": worst if np.isfinite(worst) else 1e9}
        except Exception as error:
            reply = {"id": os.path.basename(path), "name": name, "error": f"{type(error).__name__}: {str(error).strip()[-300:]}"}
        print(json.dumps(reply), flush=True)


{"make": make, "read": read}[sys.argv[1]](*sys.argv[2:])
