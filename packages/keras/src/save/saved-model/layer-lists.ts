import { UnsupportedError } from '@km/core';
import { trace } from '@km/graph';
import type { Layer } from '@km/layers';
import type * as tf from '@tensorflow/tfjs-core';
import { originOf } from '../../revive/origin.ts';
import { PLAIN } from './object-plan.ts';
import type { FunctionTarget } from './plan-functions.ts';
import { callSignature, functionSpec, tensorSpec } from './structures.ts';

/**
 * Adds the lists that Keras keeps of a layer: its variables, and the functions of the penalties of its weights. Gives the
 * object of all that Keras keeps.
 */
export function attachLists(layer: Layer, id: number, target: FunctionTarget): number {
  const { plan, children } = target;
  const penalties = plan.addList(penaltiesOf(layer, target));
  const variables = (list: readonly object[]): number =>
    plan.addList(list.flatMap((variable) => plan.idOf(variable) ?? []));
  const known = children.api(layer);
  const keras = (known && plan.idOf(known)) ?? plan.addUser(PLAIN);
  plan.link(keras, 'layer_regularization_losses', penalties);
  plan.link(id, 'variables', variables(layer.variables));
  plan.link(id, 'trainable_variables', variables(layer.trainable_variables));
  plan.link(id, 'regularization_losses', penalties);
  plan.link(id, 'keras_api', keras);
  return keras;
}

/** Functions of the penalties of a layer's own weights; those that came from a file are passed on. */
function penaltiesOf(layer: Layer, { functions }: FunctionTarget): number[] {
  return layer._own_losses.map((loss, index) => {
    const origin = originOf(loss);
    if (origin !== undefined) return functions.passed.add(origin.objects, origin.node.id);
    const run = (): tf.Tensor => {
      const value = loss();
      if (value !== null) return value;
      throw new UnsupportedError(`A loss of ${layer.name} gives nothing while it is traced.`);
    };
    const { library } = functions;
    const traced = trace(run, [], { name: `__inference_loss_fn_${index}`, library });
    const [scalar] = traced.outputs;
    const output = tensorSpec('', { shape: [], dtype: scalar?.dtype ?? 'float32' });
    const name = functions.addConcrete(traced, callSignature([]), output);
    return functions.addFunction([name], functionSpec([], null));
  });
}
