"""Prints the descriptors of TensorFlow's and Keras's messages as JSON, for check/descriptors.mjs."""
import importlib
import importlib.util
import json
import os

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
import tensorflow as tf
from google.protobuf import any_pb2, wrappers_pb2

NAMES = {1: "double", 2: "float", 3: "int64", 4: "uint64", 5: "int32", 6: "fixed64", 7: "fixed32", 8: "bool", 9: "string", 12: "bytes", 13: "uint32", 18: "sint64"}
MODULES = """core.example.example core.example.feature core.framework.attr_value core.framework.full_type core.framework.function core.framework.graph
core.framework.node_def core.framework.op_def core.framework.resource_handle core.framework.summary core.framework.tensor core.framework.tensor_shape
core.framework.tensor_slice core.framework.types core.framework.variable core.framework.versions core.protobuf.fingerprint core.protobuf.meta_graph
core.protobuf.saved_model core.protobuf.saved_object_graph core.protobuf.saver core.protobuf.struct core.protobuf.tensor_bundle
core.protobuf.trackable_object_graph core.util.event tsl.protobuf.histogram""".split()
KERAS = ["tensorflow.python.keras.protobuf", "keras.protobuf", "keras.src.protobuf", "tf_keras.protobuf", "tf_keras.src.protobuf"]


def short(full_name):
    parts = full_name.split(".")
    return ".".join(part for part in parts if part[:1].isupper())


def type_of(field):
    target = field.message_type or field.enum_type
    return short(target.full_name) if target else NAMES[field.type]


def field_of(field):
    entry = field.message_type
    group = field.containing_oneof
    described = {"number": field.number, "type": type_of(field), "oneof": group.name if group else None}
    if entry is not None and entry.GetOptions().map_entry:
        key, value = entry.fields_by_name["key"], entry.fields_by_name["value"]
        described.update(label="map", type="%s, %s" % (type_of(key), type_of(value)))
    else:
        repeated = field.is_repeated if hasattr(field, "is_repeated") else field.label == 3
        described["label"] = "repeated" if repeated else "single"
    return described


def collect(descriptor, messages, enums):
    if descriptor.GetOptions().map_entry:
        return
    messages[short(descriptor.full_name)] = {field.name: field_of(field) for field in descriptor.fields}
    for nested in descriptor.nested_types:
        collect(nested, messages, enums)
    for enum in descriptor.enum_types:
        enums[short(enum.full_name)] = {value.name: value.number for value in enum.values}


def whole(files):
    messages, enums = {}, {}
    for file in files:
        for descriptor in file.message_types_by_name.values():
            collect(descriptor, messages, enums)
        for enum in file.enum_types_by_name.values():
            enums[short(enum.full_name)] = {value.name: value.number for value in enum.values}
    return {"messages": messages, "enums": enums}


def imported(names):
    found = []
    for name in names:
        try:
            found.append(importlib.import_module(name).DESCRIPTOR)
        except ImportError:
            pass
    return found


def keras_files():
    # Before 2.5 nothing wrote these messages, and their numbers were others.
    if tuple(int(part) for part in tf.__version__.split(".")[:2]) < (2, 5):
        return []
    for package in KERAS:
        files = imported([package + ".saved_metadata_pb2", package + ".versions_pb2"])
        if files:
            return files
    return []


files = imported(["tensorflow.%s_pb2" % name for name in MODULES]) + [any_pb2.DESCRIPTOR, wrappers_pb2.DESCRIPTOR]
print(json.dumps({"version": tf.__version__, "tensorflow": whole(files), "keras": whole(keras_files())}))
