"""The TensorFlow side of oracle-trace.ts: `oracle_trace.py GOLDENS GROUP CASES` runs traced functions.

Loads the functions as the loader of SavedModels does, and prints one line of JSON per case.
"""
import base64
import json
import os
import sys
import traceback

import numpy as np
import tensorflow as tf
from tensorflow.core.framework import function_pb2
from tensorflow.core.protobuf import saved_object_graph_pb2
from tensorflow.python.saved_model import function_deserialization, nested_structure_coder

VERSION = tuple(int(part) for part in tf.__version__.split(".")[:2])


class Container:
    def __init__(self, folder, group):
        with open(os.path.join(folder, group + ".json")) as file:
            head = json.load(file)
        with open(os.path.join(folder, head["blob"]), "rb") as file:
            self.blob = file.read()

    def array(self, reference):
        dtype, shape = reference["dtype"], reference["shape"]
        if dtype == "string":
            strings = reference.get("strings") or [base64.b64decode(text) for text in reference["base64"]]
            return np.array([text if isinstance(text, bytes) else text.encode() for text in strings], dtype=object).reshape(shape)
        raw = self.blob[reference["offset"]:reference["offset"] + reference["length"]]
        if dtype == "bfloat16":
            return (np.frombuffer(raw, np.uint16).astype(np.uint32) << 16).view(np.float32).reshape(shape)
        return np.frombuffer(raw, "bool" if dtype == "bool" else dtype).reshape(shape)


def load(record):
    library = function_pb2.FunctionDefLibrary.FromString(base64.b64decode(record["library"]))
    if VERSION < (2, 8):
        function = function_deserialization.load_function_def_library(library)[record["function"]]
        function._func_graph.structured_outputs = list(function._func_graph.outputs)
        return function
    # Later versions take the structure of the outputs from the object graph.
    objects = saved_object_graph_pb2.SavedObjectGraph()
    entry = objects.concrete_functions[record["function"]]
    definition = [one for one in library.function if one.signature.name == record["function"]][0]
    count = len(record["args"])
    entry.bound_inputs.extend(range(len(definition.signature.input_arg) - count))
    inputs = tuple(tf.TensorSpec(None, tf.as_dtype(arg.type), arg.name) for arg in definition.signature.input_arg[:count])
    outputs = [tf.TensorSpec(None, tf.as_dtype(arg.type), arg.name) for arg in definition.signature.output_arg]
    encode = nested_structure_coder.encode_structure if hasattr(nested_structure_coder, "encode_structure") else nested_structure_coder.StructureCoder().encode_structure
    entry.canonicalized_input_signature.CopyFrom(encode((inputs, {})))
    entry.output_signature.CopyFrom(encode(outputs))
    return function_deserialization.load_function_def_library(library, objects)[record["function"]]


def run(function, args, handles):
    return function._call_flat(args, captured_inputs=handles)


def table(capture):
    def tensor(texts, are_text):
        return tf.constant(texts if are_text else [int(text) for text in texts], tf.string if are_text else tf.int64)
    keys, values = tensor(capture["keys"], capture["keysAreText"]), tensor(capture["table"], capture["valuesAreText"])
    missing = tf.constant("" if capture["valuesAreText"] else -1, values.dtype)
    return tf.lookup.StaticHashTable(tf.lookup.KeyValueTensorInitializer(keys, values), missing)


def leaves(value):
    if isinstance(value, dict) and "dtype" in value and "shape" in value:
        return [value]
    if isinstance(value, dict):
        return [leaf for key in sorted(value) for leaf in leaves(value[key])]
    if isinstance(value, list):
        return [leaf for item in value for leaf in leaves(item)]
    return []


def close(what, got, want, bounds):
    got = np.asarray(got)
    if tuple(got.shape) != tuple(want.shape):
        return "%s has the shape %s, not %s" % (what, got.shape, want.shape)
    if want.dtype == object:
        return "" if (got == want).all() else "%s has other texts" % what
    a, b = got.astype(np.float64), want.astype(np.float64)
    with np.errstate(invalid="ignore"):
        ok = (np.abs(a - b) <= bounds["atol"] + bounds["rtol"] * np.abs(b)) | (a == b) | (np.isnan(a) & np.isnan(b))
    if ok.all():
        return ""
    worst = np.unravel_index(np.argmax(np.where(ok, 0, np.nan_to_num(np.abs(a - b), nan=1e30))), ok.shape) if ok.ndim else ()
    return "%s at %s is %r, not %r (%d of %d wrong)" % (what, list(worst), a[worst], b[worst], (~ok).sum(), ok.size)


def check(case, container):
    variables, others, wrong, slopes = {}, {}, [], []
    for index, weight in enumerate(case["weights"]):
        value = container.array(weight["value"])
        variables[index] = tf.Variable(tf.cast(tf.constant(value), weight["dtype"]), trainable=weight["trainable"])
    connected = False
    for number, record in enumerate(case["calls"]):
        call = record["call"]
        function = load(record)
        args = [tf.cast(tf.constant(container.array(arg["value"])), arg["dtype"]) if arg["dtype"] != "string" else tf.constant(container.array(arg["value"])) for arg in record["args"]]
        handles = []
        for place, capture in enumerate(record["captures"]):
            if isinstance(capture, int):
                variable = variables[capture]
            elif "table" in capture:
                variable = table(capture)
            else:
                variable = others.setdefault(place, tf.Variable(np.array(capture["values"], np.float32).reshape(capture["shape"])))
            handles.append(variable)
        floats = [arg for arg in args if arg.dtype.is_floating]
        trainable = [variables[index] for index, weight in enumerate(case["weights"]) if weight["trainable"]]
        # Gradients of half precision are rounded there and not here; some ops have no gradient at all.
        wanted = call.get("input_gradients") is not None and not case["half"]
        with tf.GradientTape(watch_accessed_variables=False) as tape:
            if wanted:
                tape.watch(floats)
                tape.watch([variable.handle for variable in trainable])
                for variable in trainable:
                    tape.watch(variable)
            outputs = run(function, args, [one.resource_handle if hasattr(one, "resource_handle") else one.handle for one in handles])
            wants = [container.array(leaf) for leaf in leaves(call["outputs"])]
            cotangents = [container.array(leaf) for leaf in call.get("cotangents") or []]
            scalars = [output for output in outputs if output.dtype.is_floating]
            total = wanted and tf.add_n([tf.reduce_sum(output * tf.cast(tf.constant(cotangent), output.dtype)) for output, cotangent in zip(scalars, cotangents)]) if cotangents and scalars else None
            total = total if wanted else None
        if len(outputs) != len(wants):
            return "call %d gave %d outputs, not %d" % (number, len(outputs), len(wants)), slopes, connected
        for place, (output, want) in enumerate(zip(outputs, wants)):
            wrong.append(close("call %d: output %d" % (number, place), output.numpy(), want, case["bounds"]["forward"]))
        for index, reference in enumerate(call.get("weights_after") or []):
            if reference is not None and index in variables:
                wrong.append(close("call %d: weight %d after" % (number, index), variables[index].numpy(), container.array(reference), case["bounds"]["forward"]))
        if total is None or call.get("input_gradients") is None:
            continue
        bounds = case["bounds"]["gradient"]
        # TensorFlow 2.4 does not end where a tape that is used twice sees a loop.
        handles = [variable.handle for variable in trainable]
        found = tape.gradient(total, floats + handles + trainable)
        by_input = found[:len(floats)]
        by_handle, by_variable = found[len(floats):len(floats) + len(handles)], found[len(floats) + len(handles):]
        by_weight = iter([one if one is not None else other for one, other in zip(by_handle, by_variable)])
        inputs = [reference for arg, reference in zip(args, flat(call["input_gradients"])) if arg.dtype.is_floating]
        for place, (gradient, reference) in enumerate(zip(by_input, inputs)):
            slopes.append(slope("call %d: gradient of input %d" % (number, place), gradient, reference, container, bounds))
        by_name = dict((row["name"], row["value"]) for row in call.get("weight_gradients") or [])
        for index, weight in enumerate(case["weights"]):
            gradient = next(by_weight) if weight["trainable"] else None
            if weight["trainable"] and weight["name"] in by_name:
                slopes.append(slope("call %d: gradient of %s" % (number, weight["name"]), gradient, by_name[weight["name"]], container, bounds))
        connected = connected or bool(slopes)
    return "; ".join(text for text in wrong if text), slopes, connected


def check_random(case, container):
    record = case["calls"][0]
    golden, function = record["call"], load(record)
    given = tf.constant(container.array(golden["input"]))
    draw = lambda: run(function, [given], [])[0].numpy()
    kind, draws = golden["kind"], int(golden.get("draws") or 1)
    if kind == "moments":
        values = np.concatenate([draw().ravel() for _ in range(20)])
        wanted = golden["statistics"]
        found = {"mean": values.mean(), "std": values.std(), "zero_fraction": (values == 0).mean()}
        return "; ".join("%s is %r, not %r" % (name, found[name], wanted[name]) for name in found if abs(found[name] - wanted[name]) > 0.02 + 0.05 * abs(wanted[name]))
    if kind == "outcomes":
        allowed = [container.array(one["value"]) for one in golden["outcomes"]]
        seen = set()
        for _ in range(draws):
            values = draw()
            match = [i for i, one in enumerate(allowed) if np.allclose(values, one, atol=1e-5)]
            if not match:
                return "a draw is none of the %d outcomes" % len(allowed)
            seen.add(match[0])
        return "" if len(seen) >= min(2, len(allowed)) else "every draw gave one outcome"
    if kind == "shapes":
        allowed = [tuple(one["shape"]) for one in golden["shapes"]]
        strange = [shape for shape in (draw().shape for _ in range(draws)) if tuple(shape) not in allowed]
        return "the shape %s is none of those seen" % (strange[0],) if strange else ""
    total = sum(draw() for _ in range(draws)) / draws
    bound = 5 * container.array(golden["std"]) * np.sqrt(2) / np.sqrt(draws) + 0.01
    far = np.abs(total - container.array(golden["mean"])) > bound
    return "%d means are off" % far.sum() if far.any() else ""


def flat(value):
    return value if isinstance(value, list) else list(value.values()) if isinstance(value, dict) else []


def slope(what, found, reference, container, bounds):
    if reference is None or "indices" in reference or (isinstance(reference, dict) and "dtype" not in reference):
        return ""
    if found is None:
        return "%s is not connected" % what
    return close(what, tf.convert_to_tensor(found).numpy(), container.array(reference), bounds)


def main(folder, group, path):
    container = Container(folder, group)
    with open(path) as file:
        cases = json.load(file)
    for case in cases:
        line = {"id": case["id"], "class_name": case["class_name"], "status": "passed", "gradient": "none", "reason": ""}
        if case.get("reason"):
            line["status"] = "skipped" if case["reason"].startswith("skipped") else "failed"
            line["reason"] = case["reason"]
        else:
            try:
                random = group == "layers_random"
                wrong, slopes, connected = (check_random(case, container), [], False) if random else check(case, container)
                bad = [text for text in slopes if text]
                line["gradient"] = "failed" if bad else "passed" if connected else "none"
                line["status"] = "failed" if wrong else "passed"
                line["reason"] = "; ".join([wrong] * bool(wrong) + bad)
            except Exception as error:
                if os.environ.get("KM_CHECK_STACKS"):
                    traceback.print_exc()
                line["status"], line["reason"] = "failed", "%s: %s" % (type(error).__name__, str(error)[:600])
        print(json.dumps(line), flush=True)


main(*sys.argv[1:])
