"""The TensorFlow side of parity.ts: `parity.py FOLDER MODULE...` runs the cases of modules and writes what happens to FOLDER/theirs.json."""
import importlib
import json
import os
import sys
import warnings

import parity_base
from parity_base import CASES, Log, keras


def run(name):
    log = Log()
    keras.backend.clear_session()
    try:
        CASES[name](log)
    except Exception as error:
        log("fails", "%s: %s" % (type(error).__name__, " ".join(str(error).split())[:500]))
    return log.lines


if __name__ == "__main__":
    folder, names = sys.argv[1], os.environ.get("KM_PARITY_ONLY", "").split()
    parity_base.FOLDER = folder
    warnings.simplefilter("ignore")
    for module in sys.argv[2:]:
        importlib.import_module(module)
    results = {name: run(name) for name in CASES if not names or name in names}
    with open(os.path.join(folder, "theirs.json"), "w") as file:
        json.dump(results, file)
