import type { Outcome } from './golden-report.ts';

/** A row of the kit's matrix: what a version makes of one file. */
export interface MatrixRow {
  readonly zoo: string;
  readonly format: string;
  readonly make: string;
  readonly check?: string;
  readonly 'check+custom'?: string;
  readonly 'check+unsafe'?: string;
  readonly expect?: Readonly<Record<string, unknown>>;
  readonly restore?: Readonly<Record<string, unknown>>;
  readonly fitStep?: string;
  readonly predict?: string;
}

/** What no single file can satisfy, by the version that reads, the model, the format, and the error's words. */
const IMPOSSIBLE: readonly (readonly [id: RegExp, words: RegExp, reason: string])[] = [
  [
    /^2\.4\..* transformer\.h5$/,
    /not understood.*query_shape/,
    'TensorFlow 2.4 refuses the query_shape of MultiHeadAttention that later releases demand',
  ],
  [
    /^2\.4\..* transformer\.tf$/,
    /^(check: predict failed; )?predict: ValueError: Could not find matching function to call/,
    'TensorFlow 2.4 finds functions that take arguments by name in graphs only, and the kit runs them eagerly',
  ],
  [
    / subclassed\.weights-keras$/,
    /Layer 'loss' expected 2 variables/,
    'the kit restores into a trained model, which has a loss; like TensorFlow, a subclassed model has none once loaded',
  ],
  [
    / opt_\w+_new\.ckpt$/,
    /incompatible tensor with shape/,
    'the experimental optimizers of TensorFlow 2.10 number their state otherwise than all later releases',
  ],
  [
    /^2\.4\..* (string_lookup|text_vectorization)\.ckpt$/,
    /^check: assert_consumed: AssertionError: Some Python objects were not bound[^[]*\[<\S*MutableHashTable object/,
    'TensorFlow 2.4 has a table of the vocabulary, which later releases would find too much',
  ],
  [
    /^2\.10\..* opt_rmsprop_centered_new\.tf$/,
    /^step: /,
    'TensorFlow 2.10 trains with its own RMSprop, which divides otherwise than its experimental one',
  ],
  [
    /^2\.4\..* (string_lookup|text_vectorization)\.tf$/,
    /^check: weights differ; weightsBitIdentical: false; weightOrderSame: false$/,
    'TensorFlow 2.4 counts its own table of the vocabulary among the weights',
  ],
  [
    /^2\.4\..* functional_multi_io\.tf$/,
    /^logKeysSame: false$/,
    'TensorFlow 2.4 puts the name of an output twice before that of a metric that has counted',
  ],
];

/** Formats that hold weights alone, so that a model starts with a fresh optimizer. */
const WEIGHTS_ALONE: ReadonlySet<string> = new Set(['weights-h5']);
/** Formats from which TensorFlow never restores the optimizer, though they hold its state. */
const LOSES_OPTIMIZER: ReadonlySet<string> = new Set(['tf']);

const STEP_TOLERANCE = 1e-4;
/**
 * Bound of outputs that come from float16, which has steps of 2^-11: releases round the products inside otherwise, so that
 * TensorFlow 2.19 gives outputs 4.1e-4 from those of 2.15 for TensorFlow's own file, too.
 */
const HALF_TOLERANCE = 1e-3;

/**
 * Judges what a version of TensorFlow makes of a file written here: it must load, give the recorded outputs and weights, and restore
 * the optimizer, unless TensorFlow fails in the same way on its own file.
 */
export function judgeRow(row: MatrixRow, native: readonly MatrixRow[], version: string): Outcome {
  const id = `${row.zoo}.${row.format}`;
  const own = native.find(({ zoo, format }) => zoo === row.zoo && format === row.format);
  const problems = [...problemsOf(row), ...otherStep(row, own)];
  const known = own === undefined ? [] : problemsOf(own);
  const fresh = problems.filter((problem) => !known.some((other) => sameKind(problem, other)));
  const impossible = IMPOSSIBLE.find(
    ([name, words]) => name.test(`${version} ${id}`) && words.test(fresh.join('; ')),
  );
  if (impossible !== undefined) return { id, status: 'skipped', reason: impossible[2] };
  if (fresh.length > 0) return { id, status: 'failed', reason: fresh.join('; ') };
  const difference = Number(row.expect?.outputsMaxDiff ?? 0);
  return problems.length > 0
    ? { id, status: 'skipped', reason: `as TensorFlow's own file: ${problems.join('; ')}` }
    : { id, status: 'passed', difference };
}

function problemsOf(row: MatrixRow): string[] {
  const problems: string[] = [];
  const check = row['check+custom'] ?? row['check+unsafe'] ?? row.check ?? row.make;
  if (check !== 'ok' && !isRounding(row, check)) problems.push(`check: ${check}`);
  if (row.predict !== undefined) problems.push(`predict: ${row.predict}`);
  if (row.fitStep !== undefined) problems.push(`fit: ${row.fitStep}`);
  for (const key of ['weightsBitIdentical', 'weightOrderSame']) {
    if (row.expect?.[key] === false) problems.push(`${key}: false`);
  }
  if (WEIGHTS_ALONE.has(row.format)) return problems;
  if (row.expect?.logKeysSame === false) problems.push('logKeysSame: false');
  if (LOSES_OPTIMIZER.has(row.format)) return problems;
  if (row.expect?.optimizerStateBitIdentical === false) {
    problems.push('optimizerStateBitIdentical: false');
  }
  const after = afterStep(row);
  if (!(after <= STEP_TOLERANCE)) problems.push(`outputsAfterStep: ${after}`);
  return problems;
}

/** True where nothing but outputs from float16 differ, within what that gives. */
function isRounding({ zoo, expect }: MatrixRow, check: string): boolean {
  const isHalf = zoo.includes('float16') && check.startsWith('outputs differ by ');
  return isHalf && Number(expect?.outputsMaxDiff) <= HALF_TOLERANCE;
}

/**
 * Where TensorFlow starts with a new optimizer, the step must be that which it takes from its own file, or that of the
 * uninterrupted training.
 */
function otherStep(row: MatrixRow, own: MatrixRow | undefined): string[] {
  if (!LOSES_OPTIMIZER.has(row.format) || own === undefined) return [];
  const [ours, theirs] = [afterStep(row), afterStep(own)];
  // A new optimizer divides by gradients, which magnifies the rounding of small ones.
  const isSame = Math.abs(ours - theirs) <= STEP_TOLERANCE + 0.01 * theirs;
  return isSame || ours <= STEP_TOLERANCE
    ? []
    : [`step: ${ours}, and ${theirs} from TensorFlow's own file`];
}

/** Largest difference of outputs after a step from those of the uninterrupted training; 0 for random trainings. */
function afterStep({ expect }: MatrixRow): number {
  return Number(expect?.outputsAfterStepMaxDiff ?? 0);
}

function sameKind(a: string, b: string): boolean {
  return a.split(':')[0] === b.split(':')[0];
}
