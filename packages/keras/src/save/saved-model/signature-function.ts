import type { DType } from '@km/core';
import { KerasTensor, type Nested, nest } from '@km/layers';
import type * as tf from '@tensorflow/tfjs-core';

/** A tensor that a signature takes: `tf.TensorSpec`. */
export interface SignatureInput {
  /** Sizes of the axes, null where any size will do. */
  readonly shape: readonly (number | null)[];
  /** Default: `float32`. */
  readonly dtype?: DType;
  /** Keyword of the input; default `inputs`, `inputs_1`, … */
  readonly name?: string;
}

/** What a signature gives: a tensor, a list, or tensors by name. */
export type SignatureResult =
  | tf.Tensor
  | readonly tf.Tensor[]
  | { readonly [name: string]: tf.Tensor };

/** A function that computes tensors from tensors, and lists or dictionaries of these. */
export type SignatureBody = (...inputs: never[]) => SignatureResult;

/** A function that is saved as a signature, with what it takes. */
export class SignatureFunction {
  readonly body: (...inputs: Nested<tf.Tensor>[]) => SignatureResult;
  /** One structure of tensors per argument. */
  readonly inputs: readonly Nested<KerasTensor>[];

  /** @throws TypeError for two inputs of one name. */
  constructor(body: SignatureBody, inputs: readonly Nested<KerasTensor>[]) {
    this.body = body as SignatureFunction['body'];
    this.inputs = inputs;
    const names = this.leaves.map(({ name }) => name);
    const twice = names.find((name, index) => names.indexOf(name) !== index);
    if (twice !== undefined)
      throw new TypeError(`A signature has two inputs of the name '${twice}'.`);
  }

  /** The tensors that the function takes, in its order. */
  get leaves(): readonly KerasTensor[] {
    return this.inputs.flatMap((input) => nest.flatten<KerasTensor>(input));
  }

  /** Calls the function with tensors in its order. */
  call(tensors: readonly tf.Tensor[]): SignatureResult {
    let next = 0;
    const args = this.inputs.map((input) => {
      const count = nest.flatten<KerasTensor>(input).length;
      next += count;
      return nest.packAs<unknown, tf.Tensor>(input, tensors.slice(next - count, next));
    });
    return this.body(...args);
  }
}

/**
 * Makes a function with the tensors that it takes, one per argument, to be saved as a signature; an argument may also be
 * a list or a dictionary of tensors.
 */
export function signature(
  fn: SignatureBody,
  input_signature: readonly Nested<SignatureInput>[],
): SignatureFunction {
  let count = 0;
  const describe = (item: Nested<SignatureInput>, key: string | null): Nested<KerasTensor> => {
    if (isInput(item)) {
      const name = item.name ?? key ?? (count === 0 ? 'inputs' : `inputs_${count}`);
      count += 1;
      return new KerasTensor({ name, shape: item.shape, dtype: item.dtype ?? 'float32' });
    }
    if (Array.isArray(item)) return item.map((part) => describe(part, key));
    const entries = Object.entries(item as Readonly<Record<string, Nested<SignatureInput>>>);
    return Object.fromEntries(entries.map(([name, part]) => [name, describe(part, name)]));
  };
  return new SignatureFunction(
    fn,
    input_signature.map((item) => describe(item, null)),
  );
}

function isInput(item: Nested<SignatureInput>): item is SignatureInput {
  return 'shape' in item && Array.isArray(item.shape);
}
