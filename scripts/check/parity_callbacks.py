"""Cases of callbacks: each does what the case of the same name in parity-callbacks.ts does."""
import contextlib
import glob
import io
import re
import shutil

from parity_base import *

C = keras.callbacks
BackupAndRestore = getattr(C, "BackupAndRestore", None) or C.experimental.BackupAndRestore


def line(rate=0.1):
    model = net()
    model.compile(keras.optimizers.SGD(rate), "mse", metrics=["mae"])
    return model


class Script(C.Callback):
    """Sets results as a script tells, epoch by epoch."""

    def __init__(self, **series):
        super().__init__()
        self.series = series

    def on_epoch_end(self, epoch, logs=None):
        for name, values in self.series.items():
            logs[name] = values[epoch]


def made_if_known(log, name, make, *args, **options):
    """Begins a part of a case with what is made for it; None when this version does not know the options."""
    try:
        made = make(*args, **options)
    except TypeError:
        log.unknown(name)
        return None
    log.part(name)
    return made


def fit(model, callbacks, epochs, **kwargs):
    return model.fit(X, Y, **{"epochs": epochs, "batch_size": 4, "shuffle": False, "verbose": 0, "callbacks": callbacks, **kwargs})


@case
def hooks(log):
    model = line()
    fit(model, [Recorder(log)], 2, validation_data=(X[:5], Y[:5]))
    log("evaluate")
    model.evaluate(X, Y, batch_size=5, verbose=0, callbacks=[Recorder(log)])
    log("predict")
    model.predict(X, batch_size=5, verbose=0, callbacks=[Recorder(log)])


@case
def hooks_of_unknown_steps(log):
    def batches():
        for start in range(0, 12, 4):
            yield X[start : start + 4], Y[start : start + 4]

    data = tf.data.Dataset.from_generator(batches, output_signature=(tf.TensorSpec((None, 3)), tf.TensorSpec((None, 2))))
    model = line()
    recorder = Recorder(log)
    model.fit(data, epochs=2, verbose=0, callbacks=[recorder], validation_data=data)
    log("params", recorder.params)
    model.evaluate(data, verbose=0, callbacks=[recorder])
    model.predict(data, verbose=0, callbacks=[Recorder(log, ["on_predict_batch_begin", "on_predict_end"])])


@case
def parameters(log):
    model = line()
    recorder = Recorder(log, [])
    fit(model, [recorder], 3, initial_epoch=1)
    log("fit", recorder.params)
    model.evaluate(X, Y, verbose=0, callbacks=[recorder])
    log("evaluate", recorder.params)
    model.predict(X, verbose=0, callbacks=[recorder], steps=1)
    log("predict", recorder.params)


@case
def old_hooks(log):
    model = line()
    hooks = {}
    for name in ["on_batch_begin", "on_batch_end"]:
        hooks[name] = lambda number, logs, name=name: log(name, [number, dict(logs)])
    for name in ["on_epoch_begin", "on_epoch_end"]:
        hooks[name] = lambda number, logs, name=name: log(name, [number, dict(logs)])
    for name in ["on_train_begin", "on_train_end"]:
        hooks[name] = lambda logs, name=name: log(name, dict(logs))
    fit(model, [C.LambdaCallback(**hooks)], 1)


STOPPING = {
    "patience": dict(patience=1),
    "no patience": dict(),
    "min_delta": dict(min_delta=0.15, patience=1),
    "mode max": dict(mode="max", patience=1),
    "baseline": dict(baseline=0.45, patience=2),
    "baseline never": dict(baseline=0.1, patience=2),
    "restore": dict(patience=2, restore_best_weights=True, verbose=1),
    "restore at once": dict(patience=0, restore_best_weights=True, baseline=0.0, verbose=1),
    "start late": dict(start_from_epoch=3, patience=1, restore_best_weights=True),
    "accuracy": dict(monitor="val_accuracy", patience=1),
    "missing": dict(monitor="nothing", patience=0),
    "restore, not stopped": dict(patience=20, restore_best_weights=True, verbose=1),
}


@case
def early_stopping(log):
    for name, options in STOPPING.items():
        model = line()
        # 2.4 fails where it restores weights that it has not kept.
        if VERSION < (2, 6) and name == "restore at once":
            log.unknown(name)
            continue
        stop = made_if_known(log, name, C.EarlyStopping, **{"monitor": "val_loss", **options})
        if stop is None:
            continue
        values = [0.9, 0.5, 0.6, 0.4, 0.45, 0.7, 0.3, 0.35, 0.36, 0.37]
        with log.printed("text"):
            history = fit(model, [Script(val_loss=values, val_accuracy=values), stop], 10)
        log("epochs", [history.epoch, stop.stopped_epoch, stop.best])
        log("best and wait", [getattr(stop, "best_epoch", None), stop.wait])
        log("weights", model.get_weights())


PLATEAUS = {
    "patience": dict(patience=1, factor=0.5),
    "cooldown": dict(patience=1, factor=0.5, cooldown=2),
    "min_lr": dict(patience=1, factor=0.1, min_lr=0.05),
    "min_delta": dict(patience=1, factor=0.5, min_delta=0.3),
    "mode max": dict(patience=1, factor=0.5, mode="max"),
    "accuracy": dict(monitor="val_acc", patience=1, factor=0.5),
    "missing": dict(monitor="nothing", patience=1),
}


@case
def plateaus(log):
    for name, options in PLATEAUS.items():
        model = line()
        values = [0.9, 0.5, 0.6, 0.4, 0.45, 0.7, 0.3, 0.35]
        reduce = C.ReduceLROnPlateau(**{"monitor": "val_loss", "verbose": 1, **options})
        with log.printed(name + ", text"):
            history = fit(model, [Script(val_loss=values, val_acc=values), reduce], 8)
        log(name, history.history)


@case
def scheduled_rates(log):
    model = line()
    with log.printed("text"):
        history = fit(model, [C.LearningRateScheduler(lambda epoch, rate: rate * 0.5 if epoch % 2 else 0.3, verbose=1)], 4)
    log("history", history.history)
    with log.printed("text of epochs alone"):
        history = fit(model, [C.LearningRateScheduler(lambda epoch: 0.1 / (epoch + 1), verbose=1)], 2)
    log("history", history.history)
    log.error("no number", lambda: fit(model, [C.LearningRateScheduler(lambda epoch: "fast")], 1))


CHECKPOINTS = {
    "every epoch": ("all-{epoch:02d}-{loss:.2f}.h5", dict()),
    "weights": ("weights-{epoch}.weights.h5", dict(save_weights_only=True)),
    "weights of h5": ("weights-{epoch}.h5", dict(save_weights_only=True)),
    "best": ("best.h5", dict(save_best_only=True)),
    "best by name": ("best-{epoch}-{val_loss:.1f}.h5", dict(save_best_only=True)),
    "highest": ("high-{epoch}.h5", dict(save_best_only=True, mode="max")),
    "accuracy": ("acc-{epoch}.h5", dict(save_best_only=True, monitor="val_acc")),
    "from a threshold": ("under-{epoch}.h5", dict(save_best_only=True, initial_value_threshold=0.45)),
    "batches": ("batch-{epoch}-{batch:02d}.h5", dict(save_freq=2)),
    "batches of five": ("five-{epoch}-{batch}-{loss:.3f}.h5", dict(save_freq=5)),
    "best of batches": ("lowest-{epoch}-{batch}.h5", dict(save_freq=2, save_best_only=True, monitor="loss")),
    "every other epoch": ("other-{epoch}.h5", dict(period=2)),
    "archive": ("archive-{epoch}.keras", dict()),
    "missing": ("missing.h5", dict(save_best_only=True, monitor="nothing")),
    "missing name": ("missing-{nothing}.h5", dict()),
    "in a folder": ("deep/er/{epoch}.h5", dict()),
}


@case
def checkpoints(log):
    values = [0.9, 0.5, 0.6, 0.4]
    for name, (path, options) in CHECKPOINTS.items():
        model = line()
        before = set(log.paths())
        saver = made_if_known(log, name, C.ModelCheckpoint, log.path(path), verbose=1, **options)
        if saver is None:
            continue
        with log.printed("text"):
            log.error("run", lambda: fit(model, [Script(val_loss=values, val_acc=values), saver], 4))
        log("files", [path for path in log.paths() if path not in before])
        log("best", saver.best)


@case
def checkpoints_of_steps_at_once(log):
    model = net()
    model.compile("sgd", "mse", steps_per_execution=2)
    fit(model, [C.ModelCheckpoint(log.path("batch-{epoch}-{batch}.h5"), save_freq=3)], 3, batch_size=2)
    log("files", log.paths())


@case
def checkpoints_in_other_formats(log):
    fit(line(), [C.ModelCheckpoint(log.path("weights"), save_weights_only=True)], 1)
    log("weights", log.paths())
    saver = C.ModelCheckpoint(log.path("model-{epoch}"))
    fit(line(), [saver], 2)
    log("folders", sorted(name for name in os.listdir(log.folder) if os.path.isdir(log.path(name))))
    log.error("options of an archive", lambda: C.ModelCheckpoint("a.keras", options=tf.saved_model.SaveOptions()))
    log.error("options of another kind", lambda: C.ModelCheckpoint("a", options=4))
    log.error("options of weights", lambda: C.ModelCheckpoint("a", save_weights_only=True, options=tf.train.CheckpointOptions()))
    log.error("frequency", lambda: C.ModelCheckpoint("a", save_freq="batch"))


@case
def csv(log):
    model = line()
    for name, options in {"plain": {}, "again": dict(append=True), "anew": {}, "separated": dict(separator=";")}.items():
        fit(model, [C.CSVLogger(log.path("separated.csv" if name == "separated" else "a.csv"), **options)], 2)
        log.text(name, "separated.csv" if name == "separated" else "a.csv")
    fit(model, [C.CSVLogger(log.path("v.csv"))], 3, validation_data=(X, Y), validation_freq=2)
    log.text("with validation now and then", "v.csv")
    fit(model, [Script(list=[[1.5, 2.5], [3.5, 4.5]], text=["a", "b,c"], zulu=[1.5, 2.5]), C.CSVLogger(log.path("s.csv"))], 2)
    log.text("lists and texts", "s.csv")
    fit(model, [C.CSVLogger(log.path("new.csv"), append=True)], 1)
    log.text("appended to nothing", "new.csv")


@case
def terminated(log):
    model = line(1e30)
    with log.printed("text"):
        history = fit(model, [C.TerminateOnNaN(), Recorder(log, ["on_train_batch_end", "on_epoch_end"])], 4)
    log("epochs", history.epoch)


@case
def progress(log):
    def batches():
        for start in range(0, 12, 4):
            yield X[start : start + 4], Y[start : start + 4]

    data = tf.data.Dataset.from_generator(batches, output_signature=(tf.TensorSpec((None, 3)), tf.TensorSpec((None, 2))))
    model = line()
    for verbose in [2]:
        with log.printed("fit %d" % verbose):
            fit(model, [], 2, verbose=verbose, validation_split=0.25)
        with log.printed("one epoch %d" % verbose):
            fit(model, [], 1, verbose=verbose)
        with log.printed("evaluate %d" % verbose):
            model.evaluate(X, Y, verbose=verbose)
        with log.printed("predict %d" % verbose):
            model.predict(X, batch_size=5, verbose=verbose)
        with log.printed("unknown %d" % verbose):
            model.fit(data, epochs=2, verbose=verbose)
    with log.printed("from an epoch on"):
        fit(model, [], 3, verbose=2, initial_epoch=2)


@case
def history(log):
    model = line()
    found = fit(model, [], 2)
    log("params", found.params)
    log("same", found is model.history)
    again = C.History()
    fit(model, [again], 2)
    fit(model, [again], 1)
    log("again", [again.epoch, again.history])


class Break(Exception):
    pass


def breaker(epoch, batch=None):
    class Breaker(C.Callback):
        def on_epoch_begin(self, number, logs=None):
            self.epoch = number
            if batch is None and number == epoch:
                raise Break()

        def on_train_batch_begin(self, number, logs=None):
            if self.epoch == epoch and number == batch:
                raise Break()

    return Breaker()


@case
def backups(log):
    for name, options, place in [("epochs", {}, (2, None)), ("epochs, within", {}, (2, 1)), ("batches", dict(save_freq=3), (2, 0)), ("kept", dict(delete_checkpoint=False), (2, None))]:
        folder = log.path(name)
        if made_if_known(log, name, BackupAndRestore, folder, **options) is None:
            continue
        model = net()
        model.compile(keras.optimizers.Adam(0.05), "mse")
        log.error("broken", lambda: fit(model, [BackupAndRestore(folder, **options), breaker(*place)], 4))
        model = net()
        model.compile(keras.optimizers.Adam(0.05), "mse")
        history = fit(model, [BackupAndRestore(folder, **options), Recorder(log, ["on_train_batch_begin"])], 4)
        log("epochs", history.epoch)
        log("weights", model.get_weights())
        log("files", any(os.path.isfile(path) for path in glob.glob(os.path.join(folder, "**"), recursive=True)))
    log.part(None)
    whole = net()
    whole.compile(keras.optimizers.Adam(0.05), "mse")
    fit(whole, [], 4)
    log("uninterrupted", whole.get_weights())


class Rows(keras.utils.Sequence):
    def __len__(self):
        return 3

    def __getitem__(self, place):
        return X[place * 4 : place * 4 + 4], Y[place * 4 : place * 4 + 4]


def endless():
    while True:
        yield from (Rows()[place] for place in range(3))


def fit_from(kind, model, callbacks):
    options = {"epochs": 4, "shuffle": False, "verbose": 0, "callbacks": callbacks}
    if kind == "arrays":
        return fit(model, callbacks, 4)
    return model.fit(Rows(), **options) if kind == "sequence" else model.fit(endless(), steps_per_epoch=3, **options)


# What is trained on, the arguments, where the training breaks off, and the steps that are taken at once.
PARTS = {
    "every batch": ("arrays", dict(save_freq=1), (2, 2), 1),
    "every other batch": ("arrays", dict(save_freq=2), (1, 2), 1),
    "behind the last batch": ("arrays", dict(save_freq=1), (2, None), 1),
    "kept": ("arrays", dict(save_freq=2, delete_checkpoint=False), (2, 2), 1),
    "sequence": ("sequence", dict(save_freq=1), (2, 2), 1),
    "sequence, other batches": ("sequence", dict(save_freq=2), (1, 2), 1),
    "generator": ("generator", dict(save_freq=1), (2, 2), 1),
    "two at once": ("arrays", dict(save_freq=1), (1, 2), 2),
    "two at once, every other time": ("arrays", dict(save_freq=2), (2, 0), 2),
    "before the first backup": ("arrays", dict(save_freq=5), (1, 0), 1),
}
COUNTERS = ["ckpt_saved_batch", "ckpt_saved_epoch", "save_counter", "train_counter"]


@case
def backups_within_epochs(log):
    def made(at_once):
        model = net()
        model.compile(keras.optimizers.Adam(0.05), "mse", steps_per_execution=at_once)
        return model

    for name, (kind, options, place, at_once) in PARTS.items():
        folder = log.path(name)
        if made_if_known(log, name, BackupAndRestore, folder, **options) is None:
            continue
        log.error("broken", lambda: fit_from(kind, made(at_once), [BackupAndRestore(folder, **options), breaker(*place)]))
        log("files", [path for path in log.paths() if path.startswith(name + os.sep)])
        path = tf.train.latest_checkpoint(os.path.join(folder, "chief"))
        if path is not None:
            log("counters", [tf.train.load_variable(path, counter + "/.ATTRIBUTES/VARIABLE_VALUE") for counter in COUNTERS])
        model = made(at_once)
        history = fit_from(kind, model, [BackupAndRestore(folder, **options), Recorder(log, ["on_epoch_begin", "on_train_batch_begin", "on_train_batch_end"])])
        log("history", [history.epoch, history.history])
        end(log, model)
        log("files", [path for path in log.paths() if path.startswith(name + os.sep)])
    log.part(None)
    for wrong in [0, None, False, "batch"]:
        log.error("every %s" % wrong, lambda: fit(line(), [BackupAndRestore(log.path("wrong"), save_freq=wrong)], 1))


EXCHANGED = {"epochs": (dict(), (2, 1)), "batches": (dict(save_freq=2), (2, 2))}


def old_adam():
    model = net()
    model.compile(OLD.Adam(0.05), "mse")
    return model


def taken_up(log, folder, options):
    """Goes on with a training, and logs how."""
    model = old_adam()
    history = fit(model, [BackupAndRestore(folder, **options), Recorder(log, ["on_epoch_begin", "on_train_batch_end"])], 4)
    log("history", [history.epoch, history.history])
    log("weights", model.get_weights())


@case
def backups_from_here(log):
    for name, (options, place) in EXCHANGED.items():
        folder = log.path(name)
        if made_if_known(log, name, BackupAndRestore, folder, **options) is None:
            continue
        log.error("broken", lambda: fit(old_adam(), [BackupAndRestore(folder, **options), breaker(*place)], 4))
        shutil.copytree(folder, folder + " left")
        log("left", folder + " left")
        taken_up(log, folder, options)


@case
def backups_from_there(log):
    ours = os.path.join(os.path.dirname(os.path.dirname(log.folder)), "ours", "backups_from_there")
    for name, (options, place) in EXCHANGED.items():
        if made_if_known(log, name, BackupAndRestore, log.path(name), **options) is not None:
            taken_up(log, os.path.join(ours, name + " left"), options)


# Trainings show their progress: TensorFlow 2.10 and later leaves out the results of batches where no callback has hooks for them, as in quiet
# trainings.
BOARDS = {
    "plain": dict(),
    "graph": dict(write_graph=False),
    "histograms": dict(histogram_freq=1),
    "batches": dict(update_freq="batch"),
    "some batches": dict(update_freq=2),
    "batches and speed": dict(update_freq="batch", write_steps_per_second=True),
    "some batches and speed": dict(update_freq=2, write_steps_per_second=True),
    "speed": dict(write_steps_per_second=True),
}


def in_order(path):
    """Key by which files are read in the order in which they were begun: numbers in their names count as numbers."""
    return [int(part) if part.isdigit() else part for part in re.split(r"(\d+)", path)]


def events(folder):
    """Steps, tags and values that the reader of TensorFlow finds below a folder, times left out."""
    found = {}
    for path in sorted(glob.glob(os.path.join(folder, "**", "*tfevents*"), recursive=True), key=in_order):
        run = os.path.relpath(os.path.dirname(path), folder)
        for event in tf.compat.v1.train.summary_iterator(path):
            for value in event.summary.value:
                data = tf.make_ndarray(value.tensor)
                row = [event.step, value.tag, value.metadata.plugin_data.plugin_name]
                if value.tag.endswith("_per_second") or data.dtype == object:
                    row.append(str(data.dtype))
                elif data.ndim == 2:
                    row += [list(data.shape), data[0, 0], data[-1, 1], data[:, 2].sum()]
                else:
                    row.append(data)
                found.setdefault(run, []).append(row)
    return plain(found)


@case
def boards(log):
    for name, options in BOARDS.items():
        model = line()
        board = made_if_known(log, "events of " + name, C.TensorBoard, log.path(name), **options)
        if board is None:
            continue
        with contextlib.redirect_stdout(io.StringIO()):
            fit(model, [board], 3, validation_data=(X, Y), verbose=1)
        model.compile(keras.optimizers.SGD(keras.optimizers.schedules.InverseTimeDecay(0.1, 2, 0.5)), "mse")
        with contextlib.redirect_stdout(io.StringIO()):
            fit(model, [board], 1, verbose=1)
        model.evaluate(X, Y, verbose=0, callbacks=[board])
    log.part(None)
    for name in BOARDS:
        if os.path.isdir(log.path(name)):
            log("events of " + name, events(log.path(name)))


def read_boards(folder):
    """What is found in files of events that were written elsewhere."""
    return [["events of " + name, events(os.path.join(folder, name))] for name in BOARDS]


READERS["boards"] = read_boards
