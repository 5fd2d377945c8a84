const TENSORS = 'computes on tensors, as the functions of tfjs-core do';
const BASE = 'a base of other classes, which no config names';
const THREADS = 'belongs to threads and processes that prepare data in Python';
const FOLDERS = 'reads folders of files into datasets of TensorFlow';
const IMAGES = 'converts images of a Python library; tfjs reads images itself';
const CELLS = 'wraps cells of TensorFlow 1, from tf.nn';
const PREMADE = 'a premade model of Estimators and feature columns';
const OUTPUT = 'sends what Python prints elsewhere; progress has its `output`';
const VERSION_1 = 'a name of tf.compat.v1; configs name the class without V1';
const GRAPH = 'belongs to sessions and graphs of TensorFlow 1';

/** Functions of tensors in `keras.backend`. */
const OPERATIONS = `
  abs all any arange argmax argmin batch_dot batch_flatten batch_normalization bias_add binary_crossentropy
  binary_focal_crossentropy cast cast_to_floatx categorical_crossentropy categorical_focal_crossentropy clip
  concatenate constant conv1d conv2d conv2d_transpose conv3d cos ctc_batch_cost ctc_decode
  ctc_label_dense_to_sparse cumprod cumsum depthwise_conv2d dot dropout dtype elu equal exp expand_dims eye
  flatten foldl foldr gather greater greater_equal hard_sigmoid in_top_k is_sparse l2_normalize less less_equal
  local_conv1d local_conv2d log map_fn max maximum mean min minimum moving_average_update ndim
  normalize_batch_in_training not_equal one_hot ones ones_like permute_dimensions pool2d pool3d pow print_tensor
  prod random_bernoulli random_binomial random_normal random_normal_variable random_uniform
  random_uniform_variable relu repeat repeat_elements reshape resize_images resize_volumes reverse rnn round
  separable_conv2d shape sigmoid sign sin softmax softplus softsign sparse_categorical_crossentropy
  spatial_2d_padding spatial_3d_padding sqrt square squeeze stack std stop_gradient sum switch tanh
  temporal_padding tile to_dense transpose truncated_normal update update_add update_sub var zeros zeros_like
`;

/** Names that Keras has and that are absent here, and why. */
const ABSENT: ReadonlyMap<string, string> = new Map([
  ['callbacks.BaseLogger', 'the training loop averages results itself'],
  ['callbacks.SidecarEvaluatorModelExport', 'belongs to evaluation by a process of its own'],
  ['utils.SidecarEvaluator', 'belongs to evaluation by a process of its own'],
  ['utils.CustomObjectScope', 'the class behind custom_object_scope'],
  ['utils.FeatureSpace', 'prepares datasets of TensorFlow, column by column'],
  ['utils.Progbar', 'callbacks.Progbar, with the results of a step in place of pairs'],
  ['utils.StepsPerExecutionTuner', 'times the graphs of TensorFlow'],
  ['utils.get_file', 'downloads into a cache; models are loaded from addresses'],
  ['backend.set_epsilon', 'losses and metrics keep the number that files were trained with'],
  ['models.model_from_yaml', 'Keras refuses it, too'],
  ...list('utils', THREADS, 'GeneratorEnqueuer OrderedEnqueuer SequenceEnqueuer TimedThread'),
  ...list(
    'utils',
    FOLDERS,
    'audio_dataset_from_directory image_dataset_from_directory text_dataset_from_directory',
  ),
  ...list('utils', IMAGES, 'array_to_img img_to_array load_img save_img'),
  ...list(
    'utils',
    OUTPUT,
    'disable_interactive_logging enable_interactive_logging is_interactive_logging_enabled',
  ),
  ...list(
    'layers',
    BASE,
    'AbstractRNNCell BaseRandomLayer BatchNormalizationBase Layer PreprocessingLayer',
  ),
  ...['losses.Loss', 'initializers.Initializer', 'regularizers.Regularizer'].map(
    (name) => [name, BASE] as const,
  ),
  ...list('constraints', BASE, 'Constraint'),
  ...list('metrics', BASE, 'Metric'),
  ...list('layers', CELLS, 'DeviceWrapper DropoutWrapper ResidualWrapper _RNNCellWrapper'),
  ...list('layers', PREMADE, 'LinearModel WideDeepModel SequenceFeatures'),
  ...list('layers', VERSION_1, 'GRUCellV1 GRUV1 LSTMCellV1 LSTMV1'),
  ...list('backend', TENSORS, OPERATIONS),
  ...list(
    'backend',
    GRAPH,
    'backend eval function gradients in_test_phase in_train_phase learning_phase_scope manual_variable_initialization name_scope placeholder',
  ),
]);

function list(module: string, reason: string, names: string): [string, string][] {
  return names
    .trim()
    .split(/\s+/)
    .map((name) => [`${module}.${name}`, reason]);
}

/** Why a name of Keras is absent here; nothing for one that should be there. */
export function absentName(name: string): string | undefined {
  return ABSENT.get(name);
}
