"""Writes packages/graph/src/executor/op-table.ts from the registry of TensorFlow.

Version: TensorFlow 2.21.0 (Python 3.13); 2.19.1 differs in one type.
Use: node scripts/run.mjs scripts/graph/op-names.ts | PYTHON scripts/graph/op-table.py > packages/graph/src/executor/op-table.ts
"""
import json
import sys

from tensorflow.core.framework import types_pb2
from tensorflow.python.framework import op_def_registry
import tensorflow as tf  # registers the ops

HEAD = """/**
 * Inputs, outputs, default attributes of the ops that run here, one a line; `!` marks ops with a state or effects, `&`
 * references to variables. Made by scripts/graph/op-table.py from the registry of TensorFlow.
 */
export const OP_TABLE: string = String.raw`"""

NAMES = {"float": "float32", "double": "float64", "half": "float16"}


def dtype(code):
    name = types_pb2.DataType.Name(code)[3:].lower()
    return NAMES.get(name, name)


def argument(arg):
    if arg.type_list_attr:
        return f"{arg.name}:*{arg.type_list_attr}"
    count = f"{arg.number_attr}*" if arg.number_attr else ""
    return f"{arg.name}:{'&' if arg.is_ref else ''}{count}{arg.type_attr or dtype(arg.type)}"


def listed(values):
    for field in ("s", "i", "f", "b", "type", "shape"):
        items = getattr(values, field)
        if items:
            return [scalar(field, item) for item in items]
    return []


def scalar(kind, value):
    if kind == "type":
        return dtype(value)
    if kind == "s":
        return value.decode()
    if kind == "shape":
        return "unknown" if value.unknown_rank else [dim.size for dim in value.dim]
    return value


def default(attr):
    kind = attr.default_value.WhichOneof("value")
    value = getattr(attr.default_value, kind)
    written = listed(value) if kind == "list" else scalar(kind, value)
    return json.dumps(written, separators=(",", ":")).replace(" ", "\\u0020")


def line(name):
    op = op_def_registry.get(name)
    if op is None:
        raise SystemExit(f"{name} is no op of TensorFlow {tf.__version__}")
    parts = [name + ("!" if op.is_stateful else "")]
    parts += [argument(arg) for arg in op.input_arg] + ["->"]
    parts += [argument(arg) for arg in op.output_arg]
    defaults = [f"{attr.name}={default(attr)}" for attr in op.attr if attr.HasField("default_value")]
    return " ".join(parts) + (" | " + " ".join(defaults) if defaults else "")


names = sorted(set(sys.stdin.read().split()))
table = "\n".join(line(name) for name in names)
print(HEAD + table.replace("`", "\\`") + "`;")
