"""The TensorFlow side of oracle-resaved.ts: `oracle_resaved.py DIR [NAME,...]` notes in DIR/NAME/resaved.json what `load_model`
makes of the SavedModel DIR/NAME/resaved, with the inputs and targets of DIR/NAME/expected.json.
"""
import json
import os
import sys

import numpy as np

from oracle_revive import keras, load, observe, tf


def arrays(described):
    """The structure of arrays that JSON describes."""
    if described is None:
        return None
    if described["kind"] == "dict":
        return {key: arrays(item) for key, item in described["entries"].items()}
    if described["kind"] == "list":
        return [arrays(item) for item in described["items"]]
    kind = object if described["dtype"] == "string" else described["dtype"]
    return np.array(described["values"], dtype=kind).reshape(described["shape"])


def look(folder):
    with open(os.path.join(folder, "expected.json")) as file:
        expected = json.load(file)
    case = {"x": arrays(expected["x"]), "y": arrays(expected["y"]), "deterministic": "training" in expected}
    noted = {"version": tf.__version__}
    keras.backend.clear_session()
    loaded = load(os.path.join(folder, "resaved"), noted)
    if loaded is not None and hasattr(loaded, "layers"):
        observe(loaded, case, noted)
    with open(os.path.join(folder, "resaved.json"), "w") as file:
        json.dump(noted, file, default=str)


def main():
    folder = sys.argv[1]
    names = sys.argv[2].split(",") if len(sys.argv) > 2 else sorted(os.listdir(folder))
    for name in names:
        if os.path.isdir(os.path.join(folder, name, "resaved")):
            look(os.path.join(folder, name))


if __name__ == "__main__":
    main()
