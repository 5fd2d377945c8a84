"""The TensorFlow side of oracle-symbols.ts: `oracle_symbols.py DIR` runs DIR/NAME/model and compares with the functions themselves.

One line of JSON is printed per model: {"id", "differences"} by what was compared, {"id", "skipped"} or {"id", "error"}.
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


def array(described):
    if described["dtype"] == "string":
        return np.array([text.encode() for text in described["values"]], object).reshape(described["shape"])
    return np.array(described["values"], described["dtype"]).reshape(described["shape"])


def difference(found, wanted):
    found, wanted = np.asarray(found), np.asarray(wanted)
    if found.shape != wanted.shape:
        raise ValueError("the shape %s, not %s" % (found.shape, wanted.shape))
    if found.dtype == object or wanted.dtype == object:
        return 0.0 if found.tolist() == wanted.tolist() else float("inf")
    found, wanted = found.astype("complex128"), wanted.astype("complex128")
    with np.errstate(invalid="ignore"):
        gap = np.abs(found - wanted) / np.maximum(1, np.abs(wanted))
    same = (found == wanted) | (np.isnan(found) & np.isnan(wanted))
    return float(np.max(np.where(same, 0, gap), initial=0))


def farthest(found, wanted):
    found, wanted = list(found), list(wanted)
    if len(found) != len(wanted):
        raise ValueError("%d outputs, not %d" % (len(found), len(wanted)))
    return max(difference(one, other) for one, other in zip(found, wanted))


def listed(value):
    return [leaf for one in value for leaf in listed(one)] if isinstance(value, (list, tuple)) else [value]


def slopes(run, inputs):
    floats = [value for value in inputs if value.dtype.is_floating]
    with tf.GradientTape() as tape:
        tape.watch(floats)
        outputs = [value for value in run(inputs) if value.dtype.is_floating]
        total = tf.add_n([tf.reduce_sum(value * tf.cos(tf.cast(tf.reshape(tf.range(tf.size(value)), tf.shape(value)), value.dtype))) for value in outputs])
    return [tf.convert_to_tensor(value).numpy() for value in tape.gradient(total, floats)]


def slopes_or_none(run, inputs):
    try:
        return slopes(run, inputs)
    except LookupError:
        # Some releases have no gradient of an op.
        return None


def check(folder, case):
    inputs = [tf.constant(array(one)) for one in case["inputs"]]
    wanted = [array(one) for one in case["outputs"]]
    compiled = compile(case["python"], "case", "eval")
    direct = lambda given: listed(eval(compiled, {"tf": tf, "K": keras.backend, "keras": keras, **{"abcdef"[i]: value for i, value in enumerate(given)}}))
    found = {}
    if not case["random"]:
        found["the function"] = farthest([value.numpy() for value in direct(inputs)], wanted)
    signature = tf.saved_model.load(os.path.join(folder, "model")).signatures["serving_default"]
    def served(given):
        results = signature(**{"x%d" % i: value for i, value in enumerate(given)})
        names = list(results)
        if len(names) == 1:
            return [results[names[0]]]
        return [results[name] for name in (case["names"] if set(case["names"]) == set(names) else sorted(names))]
    results = served(inputs)
    found["signature"] = farthest([value.numpy() for value in results], wanted)
    types = [[value.dtype.name for value in values] for values in (results, direct(inputs))]
    if types[0] != types[1]:
        raise ValueError("the signature gives %s, the function %s" % tuple(types))
    wanted_slopes = slopes_or_none(direct, inputs) if case["gradient"] else None
    if wanted_slopes is not None:
        found["gradient"] = farthest(slopes(served, inputs), wanted_slopes)
    model = keras.models.load_model(os.path.join(folder, "model"))
    found["model"] = farthest([value.numpy() for value in listed(model(inputs if len(inputs) > 1 else inputs[0]))], wanted)
    return found


def main(folder):
    for name in sorted(os.listdir(folder)):
        place = os.path.join(folder, name)
        if not os.path.exists(os.path.join(place, "case.json")):
            continue
        with open(os.path.join(place, "case.json")) as file:
            case = json.load(file)
        line = {"id": name}
        try:
            line["differences"] = check(place, case)
        except AttributeError as error:
            # Functions that a release does not have yet.
            line["skipped" if "has no attribute" in str(error) else "error"] = str(error)
        except Exception as error:
            line["error"] = "%s: %s" % (type(error).__name__, " ".join(str(error).split())[:600])
        keras.backend.clear_session()
        print(json.dumps(line), flush=True)


main(*sys.argv[1:])
