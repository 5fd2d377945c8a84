import {
  builtin_layers,
  getClassName,
  InputLayer,
  Layer,
  layers,
  Model,
  metrics,
  Sequential,
  Variable,
} from '@km/layers';
import type { SavedNodeKind } from '@km/savedmodel';
import { originOf } from '../../revive/origin.ts';
import { ObjectPlan, PLAIN } from './object-plan.ts';
import type { SavedChildren } from './saved-children.ts';

/** Numbers of TensorFlow's `VariableSynchronization` and `VariableAggregation`. */
const AUTO = 0;
const ON_READ = 3;
const NONE = 0;
const SUM = 1;
const MEAN = 2;

/**
 * Gathers a model and all that hangs on it. Optimizers are left out: where their class is not known, TensorFlow does
 * not load a model with one, and it restores their state from the checkpoint alone.
 * @param withDevices Whether variables note their device.
 */
export function planModel(model: Model, children: SavedChildren, withDevices: boolean): ObjectPlan {
  const plan = new ObjectPlan();
  const kindOf = (item: object, owner: object): SavedNodeKind =>
    item instanceof Variable ? variableKind(item, owner, withDevices) : objectKind(item, owner);
  plan.bind(model, plan.add(kindOf(model, model)));
  // A map hands out what is added while it is walked, which makes the walk breadth-first.
  for (const [item, id] of plan.bound) {
    for (const [name, child] of children.withoutOptimizers(item)) {
      let node = plan.idOf(child);
      if (node === undefined) {
        node = plan.add(kindOf(child, item));
        plan.bind(child, node);
      }
      plan.link(id, name, node);
    }
  }
  return plan;
}

/** What stands for an object of the program. */
function objectKind(item: object, owner: object): SavedNodeKind {
  // Lists and other containers of a file may be of kinds that programs here do not tell apart, such as tuples.
  const saved = item instanceof Layer ? undefined : originOf(item)?.node.value;
  if (saved?.kind === 'userObject') return { ...saved, metadata: '' };
  return {
    kind: 'userObject',
    identifier: isInsideText(item, owner) ? PLAIN : identifierOf(item),
    producer: 1,
    minConsumer: 1,
    metadata: '',
  };
}

/**
 * True for the lookup layer inside a text layer. TensorFlow 2.4, which finds layers by their identifiers and has this one
 * at another edge, would make a second one and count its table among the weights; later versions ask the metadata.
 */
function isInsideText(item: object, owner: object): boolean {
  return owner instanceof layers.TextVectorization && item === owner._lookup_layer;
}

/** Identifier of layers. */
export const LAYER = '_tf_keras_layer';

/** Name by which Keras, or TensorFlow, finds the class of an object. */
export function identifierOf(item: object): string {
  if (item instanceof metrics.Metric) return '_tf_keras_metric';
  if (item instanceof Sequential) return '_tf_keras_sequential';
  if (item instanceof Model) {
    return item._is_graph_network ? '_tf_keras_network' : '_tf_keras_model';
  }
  if (item instanceof InputLayer) return '_tf_keras_input_layer';
  if (item instanceof layers.RNN && isBuiltIn(item)) return '_tf_keras_rnn_layer';
  if (item instanceof Layer) return LAYER;
  if (Array.isArray(item)) return 'trackable_list_wrapper';
  const prototype: unknown = Object.getPrototypeOf(item);
  const isPlain = prototype === Object.prototype || prototype === null;
  return isPlain ? 'trackable_dict_wrapper' : PLAIN;
}

/** False for a recurrent layer with a class of its own inside: Keras revives such a one only as a plain layer. */
function isBuiltIn(layer: layers.RNN): boolean {
  const known = builtin_layers();
  return layer._flatten_layers().every((one) => known.has(getClassName(one)));
}

/** Device of all variables, as TensorFlow names it. */
const CPU = '/job:localhost/replica:0/task:0/device:CPU:0';

function variableKind(variable: Variable, owner: object, withDevices: boolean): SavedNodeKind {
  const [synchronization, aggregation] = gathering(variable, owner);
  const { dtype, shape, trainable, name } = variable;
  return {
    kind: 'variable',
    dtype,
    shape,
    trainable,
    synchronization,
    aggregation,
    name,
    device: withDevices ? CPU : '',
    components: [],
  };
}

/** How TensorFlow joins the copies of a variable that several devices have. */
function gathering(variable: Variable, owner: object): readonly [number, number] {
  const saved = originOf(variable)?.node.value;
  if (saved?.kind === 'variable') return [saved.synchronization, saved.aggregation];
  if (owner instanceof metrics.Metric) return [ON_READ, SUM];
  const moves = owner instanceof layers.BatchNormalization && !variable.trainable;
  return moves ? [ON_READ, MEAN] : [AUTO, NONE];
}
