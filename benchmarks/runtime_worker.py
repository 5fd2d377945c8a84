"""Runs steps of models with TensorFlow as `runtime-worker.mjs` does: a request per line, the seconds in an answer."""
import json
import os
import sys
import time

import numpy as np
import tensorflow as tf

folder = sys.argv[1]
answers = os.fdopen(os.dup(1), "w")
os.dup2(2, 1)
models = {}


def wave(shape, limit):
    values = np.sin(np.arange(int(np.prod(shape)), dtype=np.float64))
    if limit > 0:
        return np.floor(np.abs(values) * limit).astype(np.int32).reshape(shape)
    return values.astype(np.float32).reshape(shape)


def load(request):
    model = tf.keras.models.load_model(os.path.join(folder, request["model"] + ".h5"), compile=False)
    x = wave(request["input"], request.get("limit", 0))
    y = wave(request["target"], request.get("classes", 0))
    if "loss" in request:
        crossentropy = tf.keras.losses.SparseCategoricalCrossentropy(from_logits=True)
        model.compile("adam", "mse" if request["loss"] == "mse" else crossentropy)
    return model, x, y


for line in sys.stdin:
    request = json.loads(line)
    if request["model"] not in models:
        models.clear()
        models[request["model"]] = load(request)
    model, x, y = models[request["model"]]
    begin = time.perf_counter()
    if request["step"] == "predict":
        result = model.predict_on_batch(x)
    else:
        result = model.train_on_batch(x, y)
    seconds = time.perf_counter() - begin
    head = [float(v) for v in np.ravel(result)[:10]]
    answers.write(json.dumps({"seconds": seconds, "head": head}) + "\n")
    answers.flush()
