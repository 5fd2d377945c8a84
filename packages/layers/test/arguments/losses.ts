import { losses } from '../../src/index.ts';
import { make, printedTensors, subject } from './other-subject.ts';
import { samplesOf } from './samples.ts';
import { type Args, type Pair, pair, type Subject } from './subject.ts';

type Pairs = Readonly<Record<string, Pair>>;

const name = pair('first', 'second');
const FOCAL: Pairs = { gamma: pair(2, 1), label_smoothing: pair(0, 0.2) };
const from_logits = pair(false, true);
const label_smoothing = pair(0, 0.2);
const axis = pair(-1, 1, { reduction: 'none' });

function loss(className: string, kind: string, own: Pairs = {}, base: Args = {}): Subject {
  const pairs = { name, reduction: pair('sum', 'none'), ...own };
  return subject(className, base, pairs, (args, seen) => {
    const made = make(losses, className, args) as losses.Loss;
    seen.set('value', printedTensors(made.apply(...samplesOf(kind))));
    return made;
  });
}

/** Losses. */
export const LOSSES: readonly Subject[] = [
  ...[
    'CategoricalHinge',
    'Hinge',
    'KLDivergence',
    'LogCosh',
    'MeanAbsoluteError',
    'MeanAbsolutePercentageError',
    'MeanSquaredError',
    'MeanSquaredLogarithmicError',
    'Poisson',
    'SquaredHinge',
  ].map((className) => loss(className, 'rows')),
  loss('Huber', 'rows', { delta: pair(1, 0.2) }),
  loss('CosineSimilarity', 'cube', { axis }),
  loss('BinaryCrossentropy', 'cube', { from_logits, label_smoothing, axis }),
  loss('CategoricalCrossentropy', 'cube', { from_logits, label_smoothing, axis }),
  loss('SparseCategoricalCrossentropy', 'sparse', { from_logits, ignore_class: pair(null, 1) }),
  loss('BinaryFocalCrossentropy', 'cube', {
    ...FOCAL,
    from_logits,
    axis,
    apply_class_balancing: pair(false, true),
    alpha: pair(0.25, 0.5, { apply_class_balancing: true }),
  }),
  loss('CategoricalFocalCrossentropy', 'cube', {
    ...FOCAL,
    from_logits,
    axis,
    alpha: pair(0.25, 0.5),
  }),
];
