"""Compares fingerprint.pb of SavedModels with what TensorFlow makes of the same directories.

Reads directories, one a line, from the standard input; prints a line of JSON for each.
"""

import json
import sys

import tensorflow as tf
from tensorflow.core.protobuf import fingerprint_pb2
from tensorflow.python.saved_model.pywrap_saved_model import fingerprinting

FIELDS = ["saved_model_checksum", "graph_def_program_hash", "signature_def_hash",
          "saved_object_graph_hash", "checkpoint_hash"]


def problem(directory):
    read = tf.saved_model.experimental.read_fingerprint(directory)
    made = fingerprint_pb2.FingerprintDef.FromString(bytes(fingerprinting.CreateFingerprintDef(directory)))
    wrong = [name for name in FIELDS if int(getattr(read, name)) != int(getattr(made, name))]
    if wrong:
        return ", ".join(wrong)
    # From the file, and from saved_model.pb where the file is gone.
    name = fingerprinting.SingleprintFromSM(directory)
    return None if read.singleprint() == name else f"singleprint is {read.singleprint()}, not {name}"


for line in sys.stdin.read().splitlines():
    try:
        reason = problem(line)
    except Exception as error:  # TensorFlow's own classes of errors share no base
        reason = f"{type(error).__name__}: {error}"
    print(json.dumps({"directory": line, "reason": reason}))
