"""Names, helpers, summaries and drawings of models; parity-api.ts answers each line with what is so here."""
import inspect
import sys
import types

from parity_base import *

U = keras.utils
if VERSION < (2, 9):
    from tensorflow.keras import preprocessing

    U.pad_sequences, U.timeseries_dataset_from_array = preprocessing.sequence.pad_sequences, preprocessing.timeseries_dataset_from_array
SPELLINGS = """mse MSE mae MAE mape MAPE msle MSLE kld KLD bce BCE acc ACC accuracy crossentropy ce logcosh huber_loss cosine cosine_proximity
cosine_similarity kullback_leibler_divergence normal uniform one zero ones zeros glorot_uniform lecun_normal l1 l2 l1_l2 L1L2 orthogonal
silu relu6 leaky_relu log_softmax softmax_v2 nonneg non_neg maxnorm max_norm unitnorm unit_norm minmaxnorm min_max_norm momentum nesterov
adam_v2 topk linear identity""".split()


def spellings(module):
    """Names that a function may be asked for."""
    found = set(SPELLINGS)
    for name in dir(module):
        if name.startswith("_"):
            continue
        snake = re.sub("([a-z0-9])([A-Z])", r"\1_\2", re.sub("(.)([A-Z][a-z]+)", r"\1_\2", name)).lower()
        found |= {name, name.lower(), name.upper(), snake, snake.replace("_", "")}
    return sorted(found)


def called(found):
    """The name of what was found, or of its class."""
    if isinstance(found, (types.FunctionType, type)) or hasattr(found, "__name__"):
        return found.__name__
    return type(found).__name__


@case
def names_in_configs(log):
    for kind in ["losses", "metrics", "optimizers", "activations", "initializers", "regularizers", "constraints"]:
        module = getattr(keras, kind)
        for name in spellings(module):
            # Modules are also asked for what is no class or function of a file.
            if name in ["get", "serialize", "deserialize"]:
                continue
            try:
                found = module.get(name)
            except Exception:
                continue
            if callable(found) and (kind != "activations" or isinstance(found, types.FunctionType)):
                log(kind + " " + name, called(found))


@case
def classes_in_configs(log):
    serialization = internal("layers.serialization")
    serialization.populate_deserializable_objects()
    for name, found in sorted(serialization.LOCAL.ALL_OBJECTS.items()):
        if isinstance(found, type) and issubclass(found, keras.layers.Layer):
            log("layers " + name, found.__name__)
    for kind in ["losses", "metrics", "optimizers", "initializers", "regularizers", "constraints"]:
        for name in sorted(dir(getattr(keras, kind))):
            found = getattr(getattr(keras, kind), name)
            if isinstance(found, type) and hasattr(found, "from_config"):
                log(kind + " " + name, found.__name__)


def known(log, name):
    """Whether this version has a helper; notes that it has none."""
    if not hasattr(U, name):
        log.unknown(name)
    return hasattr(U, name)


def options_of(function, options):
    """The options that a function of this version takes."""
    return {name: value for name, value in options.items() if name in inspect.signature(function).parameters}


SEQUENCES = [[1, 2, 3], [4], [], [5, 6, 7, 8, 9]]


@case
def helpers(log):
    for options in [{}, dict(maxlen=3), dict(maxlen=3, padding="post", truncating="post", value=7), dict(dtype="float32", value=0.5)]:
        log("pad_sequences", U.pad_sequences(SEQUENCES, **options))
    log("pad_sequences of pairs", U.pad_sequences([[[1, 2], [3, 4]], [[5, 6]]], padding="post", value=-1))
    log.error("pad_sequences, sizes", lambda: U.pad_sequences([[[1, 2]], [[1, 2, 3]]]))
    log("to_categorical", U.to_categorical([0, 2, 1], 4))
    if known(log, "to_ordinal"):
        log("to_ordinal", U.to_ordinal([0, 2, 1], 4))
        log("to_ordinal, columns", U.to_ordinal([[0], [3]]))
    for axis, order in [(-1, 2), (0, 1), (1, 3), (-1, np.inf), (-1, -np.inf), (-1, 0)]:
        log("normalize", U.normalize(X, axis, order))
    if known(log, "unpack_x_y_sample_weight"):
        for data in [X, (X,), (X, Y), (X, Y, WEIGHTS)]:
            log("unpack_x_y_sample_weight", [None if part is None else part.shape for part in U.unpack_x_y_sample_weight(data)])
        log.error("unpack_x_y_sample_weight of four", lambda: U.unpack_x_y_sample_weight((1, 2, 3, 4)))
    if known(log, "pack_x_y_sample_weight"):
        log("pack_x_y_sample_weight", [len(U.pack_x_y_sample_weight(X, *rest)) for rest in [(), (Y,), (Y, WEIGHTS)]])
    if known(log, "warmstart_embedding_matrix"):
        words = U.warmstart_embedding_matrix(["a", "b", "c"], ["c", "z", "a"], numbers((3, 2)), "ones")
        log("warmstart_embedding_matrix", words)


@case
def series(log):
    series, targets = np.arange(20, dtype=np.float32), np.arange(100, 120, dtype=np.float32)
    for options in [{}, dict(sequence_stride=3, sampling_rate=2), dict(start_index=4, end_index=15), dict(batch_size=None), dict(batch_size=4)]:
        label = "windows" if options.get("batch_size", 1) else "single windows"
        if label == "single windows" and VERSION < (2, 6):
            log.unknown(label)
            continue
        data = U.timeseries_dataset_from_array(series, targets, 5, **options)
        log(label, [[part.numpy().tolist() for part in batch] for batch in data])
    log("without targets", [batch.numpy().tolist() for batch in U.timeseries_dataset_from_array(X, None, 3, batch_size=4)])
    if VERSION < (2, 6):
        log.unknown("few targets")
    else:
        log("few targets", [batch[1].numpy().tolist() for batch in U.timeseries_dataset_from_array(series, targets[:4], 3)])
    log("shuffled", len(list(U.timeseries_dataset_from_array(series, None, 3, shuffle=True, seed=1, batch_size=3))))
    for options in [dict(sequence_stride=0), dict(sampling_rate=20), dict(start_index=20), dict(end_index=20), dict(start_index=5, end_index=5)]:
        log.error("refused", lambda: U.timeseries_dataset_from_array(series, targets, 5, **options))


@case
def parts(log):
    for options in [dict(left_size=0.75), dict(right_size=5), dict(left_size=3, right_size=4), dict(left_size=0.5, shuffle=True, seed=7)]:
        left, right = U.split_dataset([X, Y], **options)
        log("parts", [[[row.numpy() for row in rows] for rows in part] for part in [left, right]])
    for options in [{}, dict(left_size=12), dict(left_size=0), dict(left_size=0.8, right_size=0.4), dict(left_size=8, right_size=8)]:
        log.error("refused", lambda: U.split_dataset(X, **options))


def zoo():
    """The models of the kit but a huge one and those that need code; none without it."""
    folder = os.environ.get("KM_ORACLE")
    if folder is None:
        return
    sys.path.insert(0, folder)
    import km_zoo

    for name in km_zoo.ZOO:
        if name in ["large_100mb", "custom_layer", "lambda"]:
            continue
        keras.backend.clear_session()
        keras.mixed_precision.set_global_policy("float32")
        try:
            yield name, km_zoo.build(tf, keras, "tf.keras", name, train=False, fill_values=False).model
        except km_zoo.Unsupported:
            continue
    keras.mixed_precision.set_global_policy("float32")


def wrapped():
    """A model with models inside, wrapped and not, and layers that are shared."""
    L = keras.layers
    inner = keras.Sequential([L.Dense(4, activation="relu", input_shape=(3,), name="one"), L.Dense(3, name="two")], name="inner")
    x = keras.Input((5, 3), name="steps")
    y = L.TimeDistributed(inner, name="wrapped")(x)
    y = L.Bidirectional(L.LSTM(4, name="lstm"), name="both")(y)
    other = keras.Input((8,), name="other")
    shared = L.Dense(3, activation="tanh", name="shared")
    z = keras.Model(other, L.Add(name="sum")([shared(other), shared(other)]), name="deep")(y)
    z = inner(z)
    z = L.Dense(2, activation=L.LeakyReLU(), name="a_layer_of_a_rather_long_name_that_is_cut")(z)
    w = L.Activation("softmax", name="same")(z)
    model = keras.Model([x, other], {"z": z, "w": L.Concatenate(name="joined")([w, shared(other)])}, name="wrapping")
    model.get_layer("both").trainable = False
    return keras.models.model_from_json(model.to_json())


SUMMARIES = [{}, dict(expand_nested=True), dict(show_trainable=True), dict(expand_nested=True, show_trainable=True), dict(line_length=120), dict(positions=[0.4, 0.7, 0.8, 1.0], line_length=80)]


def printed(model, **options):
    lines = []
    model.summary(print_fn=lambda line, *rest: lines.append(line), **options)
    return "\n".join(lines)


@case
def summaries(log):
    for name, model in [*zoo(), ("wrapped", wrapped())]:
        if not model._is_graph_network:
            continue
        text = model.to_json()
        log("model", [name, text, [[layer.name, layer.trainable] for layer in model.layers]])
        ranges = [dict(layer_range=[model.layers[1].name, model.layers[-1].name])] if len(model.layers) > 2 else []
        for given in SUMMARIES + ranges:
            options = options_of(model.summary, given)
            log("summary", [options, printed(model, **options)])


class Part:
    """Stands for what pydot makes."""

    def __init__(self, *args, graph_name=None, label=None, **options):
        self.args, self.label, self.nodes, self.edges, self.parts = args, label, [], [], []

    def set(self, name, value):
        if name == "label":
            self.label = value

    def set_node_defaults(self, **options):
        pass

    def create(self, *args):
        return b""

    def get_name(self):
        return self.args[0]

    def get_node(self, name):
        return [node for node in self.all_nodes() if node.get_name() == name] or [True]

    def all_nodes(self):
        return self.nodes + [node for part in self.parts for node in part.all_nodes()]

    def get_nodes(self):
        return self.nodes

    def get_edge(self, src, dst):
        return [edge for edge in self.edges if edge.args == (src, dst)]

    def add_node(self, node):
        self.nodes.append(node)

    def add_edge(self, edge):
        self.edges.append(edge)

    def add_subgraph(self, part):
        self.parts.append(part)

    def described(self, names):
        for node in self.nodes:
            names[node.get_name()] = node.label
        parts = [part.described(names) for part in self.parts]
        return {"label": self.label, "parts": parts, "nodes": [node.label for node in self.nodes], "edges": [[names[name] for name in edge.args] for edge in self.edges]}


DRAWINGS = [
    {},
    dict(show_shapes=True, show_dtype=True),
    dict(show_layer_names=False, show_layer_activations=True),
    dict(expand_nested=True, show_layer_activations=True, show_trainable=True),
    dict(expand_nested=True, show_shapes=True, show_dtype=True, show_trainable=True, show_layer_activations=True),
]


@case
def drawings(log):
    pydot = types.SimpleNamespace(Dot=Part, Cluster=Part, Node=Part, Edge=Part, InvocationException=OSError)
    pydot.Dot.create = lambda *args: b""
    internal("utils.vis_utils").pydot = pydot
    for name, model in [*zoo(), ("wrapped", wrapped())]:
        if not model._is_graph_network:
            continue
        text = model.to_json()
        log("model", [name, text, [[layer.name, layer.trainable] for layer in model.layers]])
        for given in DRAWINGS:
            options = options_of(U.model_to_dot, given)
            inner = options.get("expand_nested") and options.get("show_layer_activations")
            log("drawing of activations within" if inner else "drawing", [options, U.model_to_dot(model, **options).described({})])
