import { registerTypedArrayKernel, type TypedArrayKernel } from '../kernels/typed-array-kernel.ts';
import { type Distribution, draw, drawIntegers } from './distributions.ts';
import { type PhiloxStart, startOfOperation, startOfSeeds } from './philox.ts';

/** Attributes of a draw from an operation's stream; `skip` steps of the generator were used by earlier calls. */
export interface StatefulAttrs {
  readonly shape: readonly number[];
  readonly seed: number;
  readonly seed2: number;
  readonly skip: number;
}

/** Attributes of a draw that only depends on its seeds. */
export interface StatelessAttrs {
  readonly shape: readonly number[];
  readonly seed: readonly [number, number];
}

/** Bounds of a draw of integers. */
export interface IntegerBounds {
  readonly minval: number;
  readonly maxval: number;
}

interface Start extends PhiloxStart {
  readonly skip: number;
}

const stateful = (attrs: StatefulAttrs): Start => ({
  ...startOfOperation(attrs.seed, attrs.seed2),
  skip: attrs.skip,
});

const stateless = (attrs: StatelessAttrs): Start => ({ ...startOfSeeds(attrs.seed), skip: 0 });

function floats<A extends { readonly shape: readonly number[] }>(
  kernelName: string,
  distribution: Distribution,
  startOf: (attrs: A) => Start,
): TypedArrayKernel<A> {
  return {
    kernelName,
    infer: (_, { shape }) => [{ shape, dtype: 'float32' }],
    compute: (_, [numbers], attrs) => {
      if (numbers instanceof Float32Array) draw(distribution, numbers, startOf(attrs));
    },
  };
}

function integers<A extends { readonly shape: readonly number[] }>(
  kernelName: string,
  startOf: (attrs: A) => Start,
): TypedArrayKernel<A & IntegerBounds> {
  return {
    kernelName,
    infer: (_, { shape }) => [{ shape, dtype: 'int32' }],
    compute: (_, [numbers], attrs) => {
      if (!(numbers instanceof Int32Array)) return;
      drawIntegers(numbers, startOf(attrs), attrs.minval, attrs.maxval);
    },
  };
}

/** Registers the random kernels, under the names of the TensorFlow operations they equal. */
export function registerRandomKernels(): void {
  registerTypedArrayKernel(floats('RandomUniform', 'uniform', stateful));
  registerTypedArrayKernel(floats('RandomStandardNormal', 'normal', stateful));
  registerTypedArrayKernel(floats('TruncatedNormal', 'truncated_normal', stateful));
  registerTypedArrayKernel(integers('RandomUniformInt', stateful));
  registerTypedArrayKernel(floats('StatelessRandomUniform', 'uniform', stateless));
  registerTypedArrayKernel(floats('StatelessRandomNormal', 'normal', stateless));
  registerTypedArrayKernel(floats('StatelessTruncatedNormal', 'truncated_normal', stateless));
  registerTypedArrayKernel(integers('StatelessRandomUniformInt', stateless));
}
