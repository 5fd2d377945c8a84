import { type Command, InvalidArgumentError } from 'commander';
import type { JsonDifference } from '../compare/compare-json.ts';
import type { TensorDifference } from '../compare/compare-tensors.ts';
import { type CommonOptions, printResult, withProgress } from '../context.ts';
import { EXIT_CODES } from '../exit-code.ts';
import type { CliIo } from '../io.ts';
import type { RuntimeOptions } from '../model/runtime-options.ts';
import { formatNumber } from '../text/format.ts';
import type { Section } from '../text/section.ts';
import { addRuntime } from './common.ts';

interface DiffOptions extends CommonOptions, RuntimeOptions {
  readonly tolerance: number;
  readonly optimizer: boolean;
}

const HELP = `
Of a model the architecture, the weights and the state of the optimizer are compared, whatever the formats of the two
files; of checkpoints and .npz archives the tensors. Exits with 1 when something differs.`;

/** Adds `km diff`. */
export function addDiff(program: Command, io: CliIo, finish: (exitCode: number) => void): void {
  addRuntime(
    program
      .command('diff')
      .description('Compares two models, checkpoints or archives of arrays.')
      .argument('<first>', 'model, checkpoint prefix, or .npz archive')
      .argument('<second>', 'the same in any format')
      .option(
        '--tolerance <number>',
        'largest difference of two numbers that count as equal',
        amount,
        0,
      )
      .option('--no-optimizer', "leave the optimizer's state out"),
  )
    .addHelpText('after', HELP)
    .action(async (first: string, second: string, options: DiffOptions) => {
      const found = await compare(first, second, options, io);
      const { architecture, tensors } = found;
      await printResult(
        io,
        options,
        {
          ...found.formats,
          equal: found.equal,
          largest: found.largest,
          architecture: architecture.map((difference) => ({ ...difference })),
          tensors: tensors.map((tensor) => ({ ...tensor })),
        },
        sectionsOf(found),
      );
      finish(found.equal ? EXIT_CODES.ok : EXIT_CODES.failed);
    });
}

interface Comparison {
  readonly formats: { readonly first: string; readonly second: string };
  readonly equal: boolean;
  /** Largest difference of two numbers. */
  readonly largest: number;
  readonly architecture: readonly JsonDifference[];
  readonly tensors: readonly TensorDifference[];
}

async function compare(
  first: string,
  second: string,
  options: DiffOptions,
  io: CliIo,
): Promise<Comparison> {
  const { contentsOf } = await import('../compare/contents.ts');
  const { compareJson } = await import('../compare/compare-json.ts');
  const { compareTensors } = await import('../compare/compare-tensors.ts');
  return withProgress(io, options, async (read) => {
    const opening = { ...options, compile: options.optimizer };
    const left = await contentsOf(first, opening, read);
    const right = await contentsOf(second, opening, read);
    const architecture =
      left.architecture === undefined || right.architecture === undefined
        ? []
        : compareJson(left.architecture, right.architecture);
    const tensors = [
      ...(await compareTensors(left.weights, right.weights, read)),
      ...(await compareTensors(left.optimizer, right.optimizer, read)),
    ].map((tensor) => within(tensor, options.tolerance));
    return {
      formats: { first: left.format, second: right.format },
      equal: architecture.length === 0 && tensors.every(({ kind }) => kind === 'equal'),
      largest: tensors.reduce((most, { largest = 0 }) => Math.max(most, largest), 0),
      architecture,
      tensors,
    };
  });
}

function within(tensor: TensorDifference, tolerance: number): TensorDifference {
  const close = tensor.kind === 'values' && (tensor.largest ?? 0) <= tolerance && tolerance > 0;
  return close ? { ...tensor, kind: 'equal' } : tensor;
}

function sectionsOf({ architecture, tensors, largest, equal }: Comparison): Section[] {
  const differing = tensors.filter(({ kind }) => kind !== 'equal');
  return [
    {
      title: 'Architecture',
      head: ['where', 'first', 'second'],
      rows: architecture.map(({ path, first = '–', second = '–' }) => [path, first, second]),
    },
    {
      title: 'Tensors',
      head: ['name', 'differs in', 'largest difference', 'elements that differ'],
      rows: differing.map((tensor) => [
        tensor.name,
        tensor.detail === undefined ? tensor.kind : `${tensor.kind}: ${tensor.detail}`,
        tensor.largest === undefined ? '' : formatNumber(tensor.largest),
        tensor.differing === undefined ? '' : `${tensor.differing} of ${tensor.elements}`,
      ]),
      right: [2, 3],
    },
    {
      facts: [
        ['result', equal ? 'equal' : 'different'],
        ['tensors', `${tensors.length - differing.length} of ${tensors.length} equal`],
        ['largest difference', formatNumber(largest)],
      ],
    },
  ];
}

function amount(text: string): number {
  const value = Number(text);
  if (text.trim() !== '' && value >= 0 && Number.isFinite(value)) return value;
  throw new InvalidArgumentError('Give a number, 0 or more.');
}
