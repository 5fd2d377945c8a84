"""The TensorFlow side of parity.ts: `parity.py FOLDER MODULE...` runs the cases of modules and writes what happens to FOLDER/theirs.json."""
import importlib
import json
import os
import sys
import warnings

from parity_base import CASES, READERS, Log, keras, tf


def run(folder, name):
    own = os.path.join(folder, "theirs", name)
    os.makedirs(own)
    log = Log(own)
    keras.backend.clear_session()
    try:
        CASES[name](log)
    except Exception as error:
        log("fails", "%s: %s" % (type(error).__name__, " ".join(str(error).split())[:500]))
    return log.lines


if __name__ == "__main__":
    folder, names = sys.argv[1], os.environ.get("KM_PARITY_ONLY", "").split()
    warnings.simplefilter("ignore")
    for module in sys.argv[2:]:
        importlib.import_module(module)
    results = {name: run(folder, name) for name in CASES if not names or name in names}
    read = {name: READERS[name](os.path.join(folder, "ours", name)) for name in results if name in READERS}
    with open(os.path.join(folder, "theirs.json"), "w") as file:
        json.dump({"version": tf.__version__, "cases": results, "read": read}, file, default=lambda value: type(value).__name__)
