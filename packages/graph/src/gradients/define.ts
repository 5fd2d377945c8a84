import * as tf from '@tensorflow/tfjs-core';

/** Gradients of a kernel's inputs, each computed only when it is asked for. */
export type InputGradients = Record<string, () => tf.Tensor>;

type Saved<K extends string> = Readonly<Record<K, tf.Tensor>>;

/**
 * Describes the gradient of a kernel with one output.
 *
 * @param kernelName Name of the tfjs kernel.
 * @param saved Names of the inputs the gradient reads; `'y'` means the kernel's output, through which second
 *   derivatives flow only if all inputs are saved too.
 * @param gradient Maps the output's gradient, the saved tensors and the attributes to the inputs' gradients.
 */
export function gradientOf<const K extends string, A>(
  kernelName: string,
  saved: readonly K[],
  gradient: (dy: tf.Tensor, saved: Saved<K>, attrs: A) => InputGradients,
): tf.GradConfig {
  const inputs = saved.filter((name) => name !== 'y');
  const order = [...inputs, ...saved.filter((name) => name === 'y')];
  return {
    kernelName,
    inputsToSave: inputs,
    outputsToSave: [order.length > inputs.length],
    gradFunc: (dy, tensors, attrs) => {
      const byName = Object.fromEntries(order.map((name, i) => [name, tensors[i]]));
      if (order.length > inputs.length && inputs.length > 0 && tf.engine().isTapeOn()) {
        // tfjs records a saved output before the kernel itself, so that no gradient flows through it.
        byName.y = tf.engine().runKernel(kernelName, namedTensors(inputs, tensors), attrs);
      }
      return gradient(dy as tf.Tensor, byName as Saved<K>, attrs as unknown as A);
    },
  };
}

function namedTensors(names: readonly string[], tensors: readonly tf.Tensor[]): tf.NamedTensorMap {
  const map: tf.NamedTensorMap = {};
  for (const [i, tensor] of tensors.slice(0, names.length).entries()) map[names[i] ?? ''] = tensor;
  return map;
}

/**
 * Describes the gradient of a kernel whose inputs are a list.
 *
 * @param gradient Gives the gradient of the input at `index`; `inputs` are all inputs of the kernel.
 */
export function gradientOfList<A>(
  kernelName: string,
  gradient: (dy: tf.Tensor, inputs: readonly tf.Tensor[], attrs: A, index: number) => tf.Tensor,
): tf.GradConfig {
  return {
    kernelName,
    saveAllInputs: true,
    gradFunc: (dy, inputs, attrs) =>
      Object.fromEntries(
        inputs.map((_, index) => [
          String(index),
          () => gradient(dy as tf.Tensor, inputs, attrs as unknown as A, index),
        ]),
      ),
  };
}

/** Describes the gradient of a kernel with the single input `x`, computed from that input. */
export function unary(
  kernelName: string,
  gradient: (dy: tf.Tensor, x: tf.Tensor) => tf.Tensor,
): tf.GradConfig {
  return gradientOf(kernelName, ['x'], (dy, { x }) => ({ x: () => gradient(dy, x) }));
}

/** Describes the gradient of a kernel with the single input `x`, computed from the output. */
export function unaryFromOutput(
  kernelName: string,
  gradient: (dy: tf.Tensor, y: tf.Tensor) => tf.Tensor,
): tf.GradConfig {
  return gradientOf(kernelName, ['x', 'y'], (dy, { y }) => ({ x: () => gradient(dy, y) }));
}

/** Sums a gradient over the axes along which an input of `shape` was broadcast. */
export function sumToShape(gradient: tf.Tensor, shape: readonly number[]): tf.Tensor {
  const axes = tf.broadcast_util.getReductionAxes([...shape], gradient.shape);
  const summed = axes.length > 0 ? tf.sum(gradient, axes) : gradient;
  return tf.reshape(summed, [...shape]);
}

/** Returns one for each element for which `condition` holds and zero for the others, as float32. */
export function maskOf(condition: tf.Tensor): tf.Tensor {
  return tf.cast(condition, 'float32');
}

/** Returns float32 zeros of the shape of `x`, whatever the dtype of `x`. */
export function zeroGradient(x: tf.Tensor): tf.Tensor {
  return tf.zeros(x.shape, 'float32');
}
