"""The TensorFlow side of oracle-continuation.ts: `oracle_continuation.py VERSION_FOLDER OURS` goes on with trainings.

For each case of OURS, which holds files saved after the first epoch, epochs 2 and 3 are run and compared with what the
same TensorFlow got from its own file. Prints one line of JSON per file: {"check", "ok", "reason"}.
"""
import importlib.util
import json
import os
import sys

if importlib.util.find_spec("tf_keras"):
    os.environ["TF_USE_LEGACY_KERAS"] = "1"
import numpy as np
import tensorflow as tf

K = tf.keras
WHOLE = ["h5", "savedmodel", "keras"]
BFLOAT16 = tf.bfloat16.as_numpy_dtype


class Case:
    def __init__(self, folder):
        self.folder = folder
        with open(os.path.join(folder, "golden.json")) as file:
            head = json.load(file)
        with open(os.path.join(folder, head["blob"]), "rb") as file:
            self.blob = file.read()
        self.golden = head["cases"][0]
        self.mixed = self.golden["optimizer_class"].startswith("LossScale")

    def decode(self, value):
        if isinstance(value, list):
            return [self.decode(item) for item in value]
        if not isinstance(value, dict):
            return value
        if "strings" in value:
            return np.array(value["strings"], dtype=object).reshape(value["shape"])
        if "dtype" in value and "offset" in value:
            dtype = BFLOAT16 if value["dtype"] == "bfloat16" else np.dtype(value["dtype"])
            data = self.blob[value["offset"] : value["offset"] + value["length"]]
            return np.frombuffer(data, dtype).reshape(value["shape"])
        return {key: self.decode(item) for key, item in value.items()}

    def fit_arguments(self):
        fit = self.decode(self.golden["fit"])
        if fit.get("class_weight"):
            fit["class_weight"] = {int(key): weight for key, weight in fit["class_weight"].items()}
        return fit

    def fresh(self):
        """The recorded model, compiled, with a new optimizer."""
        model = K.models.load_model(os.path.join(self.folder, self.golden["files"]["h5"]), compile=False)
        model.compile(
            optimizer=self.optimizer(), **{key: described(value) for key, value in self.golden["compile"].items() if key != "optimizer"}
        )
        return model

    def optimizer(self):
        config = self.golden["optimizer_config"]
        if self.mixed:
            inner = config["inner_optimizer"]
            config, name = inner["config"], inner["class_name"]
        else:
            name = self.golden["optimizer_class"]
        config = {key: value for key, value in config.items() if key != "is_legacy_optimizer"}
        legacy = self.golden["optimizer_config"].get("is_legacy_optimizer", None) is not False and not self.mixed
        space = K.optimizers.legacy if legacy and hasattr(K.optimizers, "legacy") else K.optimizers
        made = getattr(space, name).from_config(config)
        return K.mixed_precision.LossScaleOptimizer(made) if self.mixed else made


def described(value):
    if isinstance(value, str) and "(" in value:
        return eval(value, {**vars(K.metrics), **vars(K.losses)})
    if isinstance(value, list):
        return [described(item) for item in value]
    if isinstance(value, dict):
        return {key: described(item) for key, item in value.items()}
    return value


def different(name, got, want, mixed):
    rtol, atol = (2e-2, 2e-3) if mixed else (1e-3, 1e-4)
    got, want = np.asarray(got, np.float64), np.asarray(want, np.float64)
    if got.shape != want.shape:
        return "%s has shape %s, not %s" % (name, got.shape, want.shape)
    if not np.allclose(got, want, rtol=rtol, atol=atol):
        return "%s: %s, expected %s" % (name, got.ravel()[:4], want.ravel()[:4])
    return ""


def noise(case):
    """Variables whose gradient is zero but for rounding: Adam divides the noise by its own size."""
    found = []
    for row in case.golden["optimizer_after_epoch_1"]:
        parts = row["name"].split(":")[0].split("/")
        if "v" in parts and np.max(case.decode(row["value"])) < 1e-14:
            found.append("/".join(part for part in parts[1:] if part != "v"))
    return found


def same_weights(case, model):
    quiet = noise(case)
    wanted = case.golden["final_weights"]
    variables = [w for w in model.weights if isinstance(w, tf.Variable)]
    for row, variable in zip(wanted, variables):
        name = row["name"].split(":")[0]
        if name in quiet or (quiet and "/moving_" in name):
            continue
        reason = different(name, variable.numpy(), case.decode(row["value"]), case.mixed)
        if reason:
            return reason
    return ""


def go_on(case, form, path):
    golden = case.golden
    if form in WHOLE:
        model = K.models.load_model(path)
    else:
        model = case.fresh()
        model.load_weights(path)
    x, y = case.decode(golden["x"]), case.decode(golden["y"])
    history = model.fit(x, y, epochs=3, initial_epoch=1, **case.fit_arguments()).history
    whole = {key: values[1:] for key, values in golden["history"].items()}
    reason = different_history(case, history, whole) or same_weights(case, model)
    resumed = golden["resumed"].get(form, {}).get("history")
    # What TensorFlow loses of its own file it may lose of ours.
    return different_history(case, history, resumed) if reason and resumed else reason


def different_history(case, history, wanted):
    if set(history) != set(wanted):
        return "results %s, expected %s" % (sorted(history), sorted(wanted))
    reasons = [different(key, history[key], values, case.mixed) for key, values in wanted.items()]
    return next((reason for reason in reasons if reason), "")


def main(goldens, ours):
    for name in sorted(os.listdir(ours)):
        case = Case(os.path.join(goldens, name))
        with open(os.path.join(ours, name, "files.json")) as file:
            files = json.load(file)
        for form, path in files.items():
            K.backend.clear_session()
            try:
                reason = go_on(case, form, os.path.join(ours, name, path))
            except Exception as error:
                reason = "%s: %s" % (type(error).__name__, " ".join(str(error).split()))
            print(json.dumps({"check": name + "/" + form, "ok": reason == "", "reason": reason[:300]}), flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:3])
