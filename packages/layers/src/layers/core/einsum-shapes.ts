import type { Shape } from '../base.ts';

/** Shapes that an einsum equation gives a dense layer. */
export interface EinsumShapes {
  readonly kernel: readonly number[];
  /** Empty if there is no bias. */
  readonly bias: readonly number[];
  readonly output: Shape;
}

interface Parsed {
  readonly input: string;
  readonly weight: string;
  readonly output: string;
  /** Where axes that the equation does not name stand. */
  readonly elided: 'none' | 'left' | 'right';
}

const FORMS: readonly (readonly [RegExp, Parsed['elided']])[] = [
  [/^([a-zA-Z]+),([a-zA-Z]+)->([a-zA-Z]+)$/, 'none'],
  [/^\.\.\.([a-zA-Z]+),([a-zA-Z]+)->\.\.\.([a-zA-Z]+)$/, 'left'],
  [/^([a-zA-Z]{2,})\.\.\.,([a-zA-Z]+)->([a-zA-Z]+)\.\.\.$/, 'right'],
];

function parse(equation: string): Parsed {
  for (const [form, elided] of FORMS) {
    const [, input, weight, output] = form.exec(equation) ?? [];
    if (input && weight && output) return { input, weight, output, elided };
  }
  throw new RangeError(
    `EinsumDense: '${equation}' has none of the forms 'ab,bc->ac', '...b,bc->...c', 'ab...,bc->ac...'.`,
  );
}

/** Derives kernel, bias and output shape from an equation; equals the analysis of Keras's `EinsumDense`. */
export function analyzeEinsum(
  equation: string,
  bias_axes: string | null,
  input_shape: Shape,
  output_shape: Shape,
): EinsumShapes {
  const parsed = parse(equation);
  const count = input_shape.length - parsed.input.length;
  const left = parsed.elided === 'left';
  const passed = left
    ? input_shape.slice(1, Math.max(count, 1))
    : input_shape.slice(input_shape.length - Math.max(count, 0));
  const [batch = null] = input_shape;
  const output = left ? [batch, ...passed, ...output_shape] : [batch, ...output_shape, ...passed];
  const offset = left ? count : 0;
  const inputSizes = sizesOf(parsed.input, input_shape.slice(offset));
  const outputSizes = sizesOf(parsed.output, output.slice(offset));
  checkShared(parsed, inputSizes, outputSizes);
  const kernel = [...parsed.weight].map((label) => {
    const size = inputSizes.get(label) ?? outputSizes.get(label) ?? null;
    if (size !== null) return size;
    throw new RangeError(`EinsumDense: the size of '${label}' in '${equation}' is not known.`);
  });
  return { kernel, bias: biasShape(parsed, bias_axes, outputSizes, left ? 0 : count), output };
}

function sizesOf(labels: string, shape: Shape): Map<string, number | null> {
  return new Map([...labels].map((label, i) => [label, shape[i] ?? null]));
}

function checkShared(
  parsed: Parsed,
  inputs: ReadonlyMap<string, number | null>,
  outputs: ReadonlyMap<string, number | null>,
): void {
  for (const label of parsed.output) {
    const [n, m] = [inputs.get(label) ?? null, outputs.get(label) ?? null];
    if (n !== null && m !== null && n !== m) {
      throw new RangeError(
        `EinsumDense: axis '${label}' is ${n} in the input, ${m} in the output.`,
      );
    }
    if (!inputs.has(label) && !parsed.weight.includes(label)) {
      throw new RangeError(`EinsumDense: output axis '${label}' stands in no operand.`);
    }
  }
}

/** The bias begins at the first of its axes and has size 1 along the others. */
function biasShape(
  parsed: Parsed,
  bias_axes: string | null,
  sizes: ReadonlyMap<string, number | null>,
  trailing: number,
): number[] {
  if (bias_axes === null) return [];
  const unknown = [...bias_axes].find((label) => !parsed.output.includes(label));
  if (unknown !== undefined) {
    throw new RangeError(`EinsumDense: bias axis '${unknown}' is no axis of the output.`);
  }
  const first = Math.min(...[...bias_axes].map((label) => parsed.output.indexOf(label)));
  const named = [...parsed.output.slice(first)].map((label) =>
    bias_axes.includes(label) ? (sizes.get(label) ?? 1) : 1,
  );
  return [...named, ...new Array<number>(Math.max(trailing, 0)).fill(1)];
}
