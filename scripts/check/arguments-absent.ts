/** Classes of Keras whose arguments are not proven, and why. */
const ABSENT: ReadonlyMap<string, string> = new Map([
  ['layers.InputSpec', 'a description of inputs, which no file holds'],
  [
    'callbacks.BaseLogger',
    'the training loop averages results itself; in TensorFlow 2 it fails for want of names',
  ],
  ['callbacks.SidecarEvaluatorModelExport', 'belongs to evaluation by a process of its own'],
]);

/** Bases of classes; they are proven with the classes that extend them. */
const BASES =
  /^(layers\.(AbstractRNNCell|Layer|Wrapper|PreprocessingLayer)|(optimizers\.(legacy\.|schedules\.)?)(Optimizer|OptimizerV2|LearningRateSchedule)|initializers\.Initializer|regularizers\.Regularizer|constraints\.Constraint|losses\.(Loss|Reduction)|metrics\.(Metric|MeanMetricWrapper)|callbacks\.(Callback|CallbackList))$/;

/** Why a class is not among those whose arguments are proven; nothing for one that is. */
export function absenceOf(place: string): string | undefined {
  return BASES.test(place) ? 'a base of other classes' : ABSENT.get(place);
}
