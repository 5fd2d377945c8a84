"""The TensorFlow side of oracle-revive.ts: `oracle_revive.py DIR [NAME,...]` saves models of custom classes as SavedModels
in DIR and notes in DIR/NAME/expected.json what `load_model` makes of each without the classes.
"""
import hashlib
import importlib.util
import json
import os
import sys
import traceback

if importlib.util.find_spec("tf_keras"):
    os.environ["TF_USE_LEGACY_KERAS"] = "1"
import numpy as np
import tensorflow as tf

import oracle_revive_zoo as zoo

keras = tf.keras


def variables(model):
    """The weights of a model; tables are among them, which are no variables."""
    return [variable for variable in model.weights if hasattr(variable, "numpy")]


def fill(model):
    """Gives the weights numbers that differ from one another and do not depend on the release."""
    state = np.random.RandomState(7)
    for variable in variables(model):
        value = variable.numpy()
        if value.dtype.kind != "f":
            continue
        numbers = state.uniform(-0.5, 0.5, value.shape)
        if "variance" in variable.name:
            numbers = numbers + 1
        variable.assign(numbers.astype(value.dtype))


def described(value):
    """A structure of arrays as JSON."""
    if isinstance(value, dict):
        return {"kind": "dict", "entries": {str(key): described(item) for key, item in value.items()}}
    if isinstance(value, (list, tuple)):
        return {"kind": "list", "items": [described(item) for item in value]}
    array = np.asarray(value)
    if array.dtype.kind in "SOU":
        texts = [item.decode() if isinstance(item, bytes) else str(item) for item in array.ravel()]
        return {"kind": "tensor", "dtype": "string", "shape": list(array.shape), "values": texts}
    numbers = [bool(x) if array.dtype.kind == "b" else float(x) for x in array.ravel()]
    return {"kind": "tensor", "dtype": str(array.dtype), "shape": list(array.shape), "values": numbers}


def arrays(value):
    return tf.nest.map_structure(lambda x: x.numpy() if hasattr(x, "numpy") else x, value)


def weights(model):
    return [
        {
            "name": variable.name.split(":")[0],
            "shape": list(variable.shape),
            "dtype": variable.dtype.base_dtype.name if hasattr(variable.dtype, "base_dtype") else str(variable.dtype),
            "sha256": hashlib.sha256(np.ascontiguousarray(variable.numpy()).tobytes()).hexdigest(),
        }
        for variable in variables(model)
    ]


def attempt(what, noted, run):
    """Notes what a step gives, or the error it ends in."""
    try:
        noted[what] = run()
    except Exception as error:
        if os.environ.get("KM_CHECK_STACKS"):
            traceback.print_exc()
        noted[what + "_error"] = f"{type(error).__name__}: {str(error)[:400]}"


def observe(model, case, noted):
    noted["class"] = type(model).__name__
    noted["layers"] = [[type(layer).__name__, layer.name] for layer in model.layers]
    attempt("call", noted, lambda: described(arrays(model(tensors(case["x"]), training=False))))
    attempt("losses", noted, lambda: [float(loss) for loss in model.losses])
    if case["deterministic"]:
        before = [variable.numpy() for variable in variables(model)]
        attempt("training", noted, lambda: described(arrays(model(tensors(case["x"]), training=True))))
        noted["called"] = [float(np.sum(value)) if value.dtype.kind in "fi" else 0 for value in (variable.numpy() for variable in variables(model))]
        for variable, value in zip(variables(model), before):
            variable.assign(value)
    attempt("predict", noted, lambda: described(model.predict(case["x"], verbose=0, batch_size=64)))
    noted["weights"] = weights(model)
    noted["trainable"] = [variable.name.split(":")[0] for variable in model.trainable_weights]
    if case["y"] is None or getattr(model, "optimizer", None) is None:
        return
    x, y = case["x"], case["y"]
    attempt("evaluate", noted, lambda: plain(model.evaluate(x, y, verbose=0, batch_size=64, return_dict=True)))
    if case["deterministic"]:
        attempt("fit", noted, lambda: fit(model, x, y))
        noted["after"] = [described(variable.numpy()) for variable in variables(model) if variable.numpy().dtype.kind == "f"]
    else:
        attempt("fit", noted, lambda: {key: None for key in fit(model, x, y)})


def fit(model, x, y):
    history = model.fit(x, y, verbose=0, batch_size=64, epochs=2, shuffle=False).history
    return {key: [float(value) for value in values] for key, values in history.items()}


def plain(logs):
    return {key: float(value) for key, value in logs.items()}


def tensors(value):
    return tf.nest.map_structure(tf.constant, value)


def load(path, noted):
    try:
        return keras.models.load_model(path)
    except Exception as error:
        noted["load_error"] = f"{type(error).__name__}: {str(error)[:400]}"
    try:
        noted["compile"] = False
        return keras.models.load_model(path, compile=False)
    except Exception as error:
        noted["load_without_compile_error"] = f"{type(error).__name__}: {str(error)[:400]}"
    return None


def make(name, folder):
    keras.backend.clear_session()
    tf.random.set_seed(1)
    case = zoo.MODELS[name]()
    case = {"deterministic": True, "y": None, "save": {}, "after": None, **case}
    path = os.path.join(folder, name)
    model = case["model"]
    fill(model)
    model.save(os.path.join(path, "model"), save_format="tf", **case["save"])
    if case["after"] is not None:
        case["after"](os.path.join(path, "model"))
    noted = {"name": name, "version": tf.__version__, "x": described(case["x"]), "y": None if case["y"] is None else described(case["y"])}
    noted["original"] = described(arrays(model(tensors(case["x"]), training=False)))
    keras.backend.clear_session()
    loaded = load(os.path.join(path, "model"), noted)
    if loaded is not None and not hasattr(loaded, "layers"):
        noted["load_error"] = f"no Keras model: {type(loaded).__name__}"
        loaded = None
    if loaded is not None:
        observe(loaded, case, noted)
    with open(os.path.join(path, "expected.json"), "w") as file:
        json.dump(noted, file, default=str)


def main():
    folder = sys.argv[1]
    names = sys.argv[2].split(",") if len(sys.argv) > 2 else list(zoo.MODELS)
    for name in names:
        try:
            make(name, folder)
        except Exception as error:
            if os.environ.get("KM_CHECK_STACKS"):
                traceback.print_exc()
            print(json.dumps({"name": name, "error": f"{type(error).__name__}: {str(error)[:300]}"}), flush=True)


if __name__ == "__main__":
    main()
