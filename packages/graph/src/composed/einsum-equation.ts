/** Axis labels of an Einstein summation; the axes of an ellipsis have labels of more than one character. */
export interface EinsumEquation {
  /** Labels of each operand's axes. */
  readonly inputs: readonly (readonly string[])[];
  readonly output: readonly string[];
}

const ELLIPSIS = '...';
const SIDE = /^([A-Za-z]*)(\.\.\.)?([A-Za-z]*)$/;

/**
 * Parses an equation such as `'abc,cd->abd'` or `'...x,xy->...y'` as TensorFlow's `Einsum` does.
 *
 * Without an arrow the output has the labels that occur once, in alphabetical order, behind the ellipsis.
 *
 * @param ranks Ranks of the operands.
 * @throws RangeError if the equation does not fit the operands.
 */
export function parseEinsum(equation: string, ranks: readonly number[]): EinsumEquation {
  const [left = '', right, ...rest] = equation.replaceAll(/\s/g, '').split('->');
  const terms = left.split(',');
  if (rest.length > 0 || terms.length !== ranks.length) {
    throw new RangeError(`einsum equation '${equation}' does not fit ${ranks.length} operands`);
  }
  const inputs = terms.map((term, i) => labelsOf(term, ranks[i] ?? 0, equation));
  const widest = Math.max(0, ...inputs.map((labels) => labels.filter(isEllipsis).length));
  const output =
    right === undefined ? implicitOutput(inputs, widest) : explicitOutput(right, widest, equation);
  const known = new Set(inputs.flat());
  const unknown = output.find((label) => !known.has(label));
  if (unknown !== undefined) {
    throw new RangeError(
      `einsum equation '${equation}' has output axis '${unknown}' in no operand`,
    );
  }
  return { inputs, output };
}

function isEllipsis(label: string): boolean {
  return label.length > 1;
}

/** Labels of `count` ellipsis axes; they are numbered from the right because broadcasting aligns them there. */
function ellipsisLabels(count: number): string[] {
  return Array.from({ length: count }, (_, i) => `${ELLIPSIS}${count - i}`);
}

function split(term: string, equation: string): [string[], boolean, string[]] {
  const match = SIDE.exec(term);
  if (match === null)
    throw new RangeError(`einsum equation '${equation}' has the bad term '${term}'`);
  return [[...(match[1] ?? '')], match[2] !== undefined, [...(match[3] ?? '')]];
}

function labelsOf(term: string, rank: number, equation: string): string[] {
  const [before, ellipsis, after] = split(term, equation);
  const hidden = rank - before.length - after.length;
  if (hidden < 0 || (hidden > 0 && !ellipsis)) {
    throw new RangeError(
      `term '${term}' of einsum equation '${equation}' does not fit rank ${rank}`,
    );
  }
  return [...before, ...ellipsisLabels(hidden), ...after];
}

function explicitOutput(term: string, widest: number, equation: string): string[] {
  const [before, ellipsis, after] = split(term, equation);
  return [...before, ...ellipsisLabels(ellipsis ? widest : 0), ...after];
}

function implicitOutput(inputs: readonly (readonly string[])[], widest: number): string[] {
  const counts = new Map<string, number>();
  for (const label of inputs.flat()) counts.set(label, (counts.get(label) ?? 0) + 1);
  const single = [...counts].filter(([label, n]) => n === 1 && !isEllipsis(label));
  return [...ellipsisLabels(widest), ...single.map(([label]) => label).sort()];
}
