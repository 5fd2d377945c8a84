import * as tf from '@tensorflow/tfjs-core';
import { ctc_batch_cost, ctc_decode, ctcLosses } from './ctc.ts';
import { type SymbolArgs, type SymbolFunction, toOperand } from './symbol-args.ts';

type Entry = readonly [name: string, fn: SymbolFunction];

/** Lengths of the entries of a batch; all alike where none are given. */
function lengthsOf(args: SymbolArgs, name: string, batch: number, longest: number): tf.Tensor {
  if (args.raw(name) === null) return tf.fill([batch], longest, 'int32');
  return tf.cast(args.tensor(name), 'int32');
}

const loss: SymbolFunction = (input, args) => {
  const logits = args.tensor('logits');
  const labels = toOperand(input);
  const inTime = args.raw('logits_time_major') !== false;
  const blank = args.number('blank_index', 0);
  const classes = logits.shape.at(-1) ?? 1;
  const [batch = 0, longest = 0] = labels.shape;
  const steps = logits.shape[inTime ? 0 : 1] ?? 0;
  const labelLengths = lengthsOf(args, 'label_length', batch, longest);
  const inputLengths = lengthsOf(args, 'logit_length', batch, steps);
  return ctcLosses(
    logits,
    { labels, labelLengths, inputLengths },
    { inTime, blank: blank < 0 ? blank + classes : blank },
  );
};

const cost: SymbolFunction = (input, args) =>
  ctc_batch_cost(
    toOperand(input),
    args.tensor('y_pred'),
    args.tensor('input_length'),
    args.tensor('label_length'),
  );

const decode: SymbolFunction = (input, args) => {
  const [decoded, scores] = ctc_decode(toOperand(input), args.tensor('input_length'), {
    greedy: args.raw('greedy') !== false,
    beam_width: args.number('beam_width', 100),
    top_paths: args.number('top_paths', 1),
  });
  return [...decoded, scores];
};

/** Returns the functions that recognise sequences of labels, by their names without `tf.`. */
export function ctcSymbols(): readonly Entry[] {
  return [
    ['nn.ctc_loss', loss],
    ['keras.backend.ctc_batch_cost', cost],
    ['keras.backend.ctc_decode', decode],
  ];
}
