/** Where the bounds of the training steps do not hold, and why. */
export interface TrainingException {
  /** Variables that are not compared. */
  readonly skip?: RegExp;
  /** Relative bound of the others in place of 1e-3. */
  readonly rtol?: number;
  readonly reason: string;
}

const NO_GRADIENT =
  'a bias before a BatchNormalization has no gradient but rounding, which Adam scales to full steps; losses agree to 1e-5';
const DEEP =
  'after three Adam steps at losses of 4 to 70 the rounding of 40 layers reaches 0.5 % in the first kernels; losses agree to 1e-4';

const FIRST_KERNEL: TrainingException = { skip: /^conv2d_1\/kernel/, rtol: 1e-2, reason: DEEP };

/** Entries by id. */
export const TRAINING_EXCEPTIONS: ReadonlyMap<string, TrainingException> = new Map([
  ['dl4j/w_issue_9560', { skip: /conv1d(_1)?\/bias/, reason: NO_GRADIENT }],
  ['tiny/vww_mobilenet', { skip: /conv2d(_\d+)?\/bias/, reason: NO_GRADIENT }],
  ['face_classification/fer2013_big_xception', FIRST_KERNEL],
  ['face_classification/fer2013_mini_xception_102', FIRST_KERNEL],
  ['face_classification/tiny_xception_kdef', FIRST_KERNEL],
  ['face_classification/trap_hdf5_named_keras', FIRST_KERNEL],
]);
