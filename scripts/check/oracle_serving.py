"""The TensorFlow side of oracle-serving.ts: `oracle_serving.py WAY,... < MODELS` runs SavedModels as programs without Keras do.

MODELS is a JSON list of {"name", "ours", "theirs"}: folders that km_oracle.py makes (`theirs` by TensorFlow itself), with the
same model in each. One line of JSON is printed per model and way: {"id", "difference"} or {"id", "error"}.
"""
import inspect
import json
import os
import shutil
import subprocess
import sys
import tempfile

ASKED = sys.argv[1].split(",")
sys.path.insert(0, os.environ["KM_ORACLE"])
import km_oracle  # noqa: E402

env = km_oracle.Env("keras3" if "TFSMLayer" in ASKED else "auto")
tf = env.tf
import km_zoo  # noqa: E402
import numpy as np  # noqa: E402
from tensorflow.core.protobuf import saved_model_pb2  # noqa: E402
from tensorflow.python.tools import saved_model_cli  # noqa: E402

SERVING = "serving_default"
# The model that `saved_model_cli` itself runs.
COMMANDED = "mlp"


class Recorded(dict):
    """Outputs of a model; a signature may give others, too."""


class Case:
    def __init__(self, name, ours, theirs):
        manifest = km_oracle.Manifest(os.path.join(ours, "expected.json"))
        self.name, self.expected = name, manifest.json
        self.ours = os.path.join(ours, manifest.json["model"])
        self.theirs = os.path.join(theirs, "saved_model")
        self.arrays = dict(zip(manifest.names("inputs"), manifest.tensors("inputs")))
        self.outputs = manifest.tensors("outputs")
        self.graph, self.own = meta_graph(self.ours), meta_graph(self.theirs)
        self.wanted = {}
        self.specs = {}
        try:
            loaded = tf.saved_model.load(self.theirs)
        except Exception:
            # Files of later versions have ops that this one lacks.
            self.wanted[SERVING] = self.recorded()
            return
        for key, signature in loaded.signatures.items():
            self.wanted[key] = as_arrays(signature(**tensors(self.feeds(key))))
            self.specs[key] = specs_of(signature)

    def recorded(self):
        """The recorded outputs by the names that the signature gives them."""
        names = sorted(self.own.signature_def[SERVING].outputs)
        if len(names) > 1:
            names = [name for name, _, _ in self.expected["config"]["output_layers"]]
        if len(names) != len(self.outputs):
            raise ValueError("the outputs %s are not recorded" % names)
        return Recorded(zip(names, self.outputs))

    def feeds(self, key):
        """Values by the names of a signature's inputs; those that the kit does not have are made up."""
        made, rest = {}, list(self.arrays.values())
        for name, info in sorted(self.own.signature_def[key].inputs.items()):
            shape = [dim.size for dim in info.tensor_shape.dim]
            if name in self.arrays:
                made[name] = self.arrays[name]
            elif shape:
                made[name] = rest[len(made)]
            else:
                made[name] = np.asarray(1.5, tf.as_dtype(info.dtype).as_numpy_dtype)
        return made


def meta_graph(path):
    with open(os.path.join(path, "saved_model.pb"), "rb") as file:
        return saved_model_pb2.SavedModel.FromString(file.read()).meta_graphs[0]


def tensors(feeds):
    return {name: tf.constant(value.tolist() if value.dtype == object else value) for name, value in feeds.items()}


def as_arrays(outputs):
    return {name: np.asarray(value) for name, value in outputs.items()}


def specs_of(signature):
    """What a loaded signature says that it takes and gives."""
    parts = signature.structured_input_signature[1], signature.structured_outputs
    return [sorted((name, kind_of(spec.dtype.as_numpy_dtype), str(spec.shape)) for name, spec in part.items()) for part in parts]


def kind_of(dtype):
    """A type; whole numbers are alike, as programs that write signatures themselves have int32 alone."""
    return "integer" if np.dtype(dtype).kind == "i" else np.dtype(dtype).name


def difference(found, wanted):
    """Largest difference of arrays by name, which have to be of the same kind."""
    if isinstance(wanted, Recorded):
        found = {name: value for name, value in found.items() if name in wanted}
    if sorted(found) != sorted(wanted):
        raise ValueError("the outputs %s, not %s" % (sorted(found), sorted(wanted)))
    for name, value in found.items():
        if kind_of(value.dtype) != kind_of(wanted[name].dtype):
            raise ValueError("%s is %s, not %s" % (name, value.dtype, wanted[name].dtype))
    return max(km_oracle.max_diff(found[name], wanted[name]) for name in wanted)


def interface(graph):
    """What programs know of the signatures: keys, names of tensors, types and shapes."""
    return {
        key: {
            "method": each.method_name,
            "inputs": {name: described(info) for name, info in each.inputs.items()},
            "outputs": {name: described(info) for name, info in each.outputs.items()},
        }
        for key, each in graph.signature_def.items()
    }


def described(info):
    shape = "?" if info.tensor_shape.unknown_rank else [dim.size for dim in info.tensor_shape.dim]
    return [info.name, info.dtype, shape]


def check_interface(case):
    wrong = km_oracle.walk_diff(interface(case.graph), interface(case.own))
    if wrong:
        raise ValueError("; ".join(wrong)[:600])
    return 0.0


def check_signatures(case):
    loaded = tf.saved_model.load(case.ours)
    if case.specs and sorted(loaded.signatures) != sorted(case.wanted):
        raise ValueError("the signatures %s, not %s" % (sorted(loaded.signatures), sorted(case.wanted)))
    worst = 0.0
    for key, wanted in case.wanted.items():
        signature = loaded.signatures[key]
        if case.specs and specs_of(signature) != case.specs[key]:
            raise ValueError("%s takes and gives %s, not %s" % (key, specs_of(signature), case.specs[key]))
        worst = max(worst, difference(as_arrays(signature(**tensors(case.feeds(key)))), wanted))
    return worst


def check_session(case):
    """The loader of TensorFlow 1."""
    v1 = tf.compat.v1
    with tf.Graph().as_default(), v1.Session() as session:
        graph = v1.saved_model.loader.load(session, ["serve"], case.ours)
        worst = 0.0
        for key, wanted in case.wanted.items():
            signature = graph.signature_def[key]
            feeds = {signature.inputs[name].name: value for name, value in case.feeds(key).items()}
            found = session.run({name: info.name for name, info in signature.outputs.items()}, feeds)
            worst = max(worst, difference(as_arrays(found), wanted))
    return worst


def loaded_arrays(folder):
    return {file[:-4]: np.load(os.path.join(folder, file)) for file in os.listdir(folder)}


def check_cli(case):
    """`saved_model_cli run` with the inputs in .npy and .npz files; but for one model without the start of a process."""
    folder = tempfile.mkdtemp()
    try:
        parts = []
        for index, (name, value) in enumerate(sorted(case.feeds(SERVING).items())):
            file = os.path.join(folder, "input%d" % index)
            # Pickled arrays are not read.
            value = np.char.encode(value.astype(str), "utf-8") if value.dtype == object else value
            if index % 2:
                np.savez(file + ".npz", values=value)
                parts.append("%s=%s.npz[values]" % (name, file))
            else:
                np.save(file + ".npy", value)
                parts.append("%s=%s.npy" % (name, file))
        outputs = os.path.join(folder, "outputs")
        if case.name == COMMANDED:
            command = [os.path.join(os.path.dirname(sys.executable), "saved_model_cli"), "run", "--dir", case.ours, "--tag_set", "serve"]
            command += ["--signature_def", SERVING, "--inputs", ";".join(parts), "--outdir", outputs]
            subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            return difference(loaded_arrays(outputs), case.wanted[SERVING])
        feeds = saved_model_cli.load_inputs_from_input_arg_string(";".join(parts), "", "")
        run = saved_model_cli.run_saved_model_with_feed_dict
        options = [False for name in inspect.signature(run).parameters if name in ("init_tpu", "use_tfrt", "tf_debug")]
        with km_oracle.quiet():
            run(case.ours, "serve", SERVING, feeds, outputs, True, None, *options)
        return difference(loaded_arrays(outputs), case.wanted[SERVING])
    finally:
        shutil.rmtree(folder)


def check_checkpoint(case):
    """`variables/variables` restores the same model built anew, and its optimizer with it."""
    env.eager = True
    env.clear()
    with km_oracle.quiet():
        built = km_oracle.zoo_build(env, case.name, fill_values=False)
    model = built.model
    checkpoint = tf.train.Checkpoint(model=model, optimizer=model.optimizer)
    status = checkpoint.restore(os.path.join(case.ours, "variables", "variables"))
    status.assert_existing_objects_matched()
    same("weights", km_oracle.describe_weights(model), case.expected["weights"])
    same("optimizer", km_oracle.describe_optimizer(model)["variables"], case.expected["optimizer"]["variables"])
    return 0.0


def same(what, found, wanted):
    if len(found) != len(wanted):
        raise ValueError("%s: %d variables, not %d" % (what, len(found), len(wanted)))
    wrong = [one["name"] for one, other in zip(found, wanted) if one["sha256"] != other["sha256"]]
    if wrong:
        raise ValueError("%s: other values of %s" % (what, ", ".join(wrong)))


def check_layer(case):
    """`TFSMLayer` of Keras 3: the model itself, and the signature where it takes one tensor, as several are beyond that layer."""
    layer = env.K.layers.TFSMLayer
    given = list(tensors(case.arrays).values())
    outputs, _ = km_oracle.as_list(layer(case.ours, call_endpoint="__call__")(given[0] if len(given) == 1 else given))
    worst = max(km_oracle.max_diff(found, wanted) for found, wanted in zip(outputs, case.outputs))
    feeds = tensors(case.feeds(SERVING))
    if len(feeds) > 1:
        return worst
    found = layer(case.ours, call_endpoint=SERVING)(list(feeds.values())[0])
    return max(worst, difference(as_arrays(found), case.wanted[SERVING]))


WAYS = {
    "interface": check_interface,
    "signatures": check_signatures,
    "session": check_session,
    "cli": check_cli,
    "checkpoint": check_checkpoint,
    "TFSMLayer": check_layer,
}


def main():
    for entry in json.load(sys.stdin):
        try:
            case = Case(**entry)
        except Exception as error:
            print(json.dumps({"id": entry["name"], "error": "TensorFlow's own file: " + km_oracle.first_line(error)}), flush=True)
            continue
        for way in ASKED:
            line = {"id": "%s: %s" % (case.name, way)}
            try:
                line["difference"] = WAYS[way](case)
            except Exception as error:
                line["error"] = km_oracle.first_line(error, 900)
            print(json.dumps(line), flush=True)


main()
