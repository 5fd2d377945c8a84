import type { Tensor } from '@km/core';
import { saved_model } from '@km/keras';
import type { OracleCase } from './oracle-case.ts';

/** Tolerances of the kit; half precision differs between builds by rounding. */
const TOLERANCE = 1e-5;
const HALF_TOLERANCE = 1e-3;

/** Runs `serving_default` of a SavedModel and compares with what the model predicted in TensorFlow. */
export async function checkSignature(found: OracleCase): Promise<number | string> {
  const model = await saved_model.load(found.model);
  const signature = model.signatures.serving_default ?? Object.values(model.signatures)[0];
  if (signature === undefined) return 'no signatures';
  const arrays = found.arrays('inputs');
  const names = found.expected.inputs.map(({ name }) => name);
  const inputs = new Map(
    signature.inputs.map(({ name }, i) => {
      const at = names.indexOf(name);
      return [name, required(arrays[at < 0 ? i : at], name)];
    }),
  );
  const outputs = [...signature.call_records(inputs).values()];
  const tolerance = found.name.includes('float16') ? HALF_TOLERANCE : TOLERANCE;
  const difference = Math.max(...found.arrays('outputs').map((wanted) => nearest(wanted, outputs)));
  if (difference <= tolerance) return difference;
  throw new Error(`the outputs differ by ${difference}`);
}

function required(tensor: Tensor | undefined, name: string): Tensor {
  if (tensor === undefined) throw new Error(`the kit has no input ${name}`);
  return tensor;
}

/** Difference to the output that is nearest, since the kit numbers outputs and signatures name them. */
function nearest(wanted: Tensor, outputs: readonly Tensor[]): number {
  const alike = outputs.filter(({ shape }) => shape.join() === wanted.shape.join());
  return Math.min(...alike.map((output) => largestDifference(output, wanted)));
}

function largestDifference(a: Tensor, b: Tensor): number {
  const right = Array.from<unknown>(b.data).map(Number);
  return Array.from<unknown>(a.data).reduce<number>(
    (most, value, i) => Math.max(most, Math.abs(Number(value) - (right[i] ?? Number.NaN))),
    0,
  );
}
