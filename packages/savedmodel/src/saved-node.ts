import type { PartialShape, TensorDType } from '@km/core/tensor-proto';
import type { Any } from '@km/proto/saved-model';
import type { Structure } from './structure.ts';

/** A named edge to another object. */
export interface SavedEdge {
  readonly name: string;
  /** Index of the object in `nodes`. */
  readonly node: number;
}

/** State that an optimizer keeps for one variable. */
export interface SavedSlot {
  readonly name: string;
  /** Index of the variable that the state belongs to. */
  readonly variable: number;
  /** Index of the variable that holds the state. */
  readonly node: number;
}

/** How Python may call a function. */
export interface FunctionSpec {
  /** Arguments with their defaults, as Python's `inspect.getfullargspec` lists them. */
  readonly fullargspec: Structure;
  /** True when the first argument is the object itself, as up to TensorFlow 2.11. */
  readonly isMethod: boolean;
  /** Signature to which the function was restricted; `none` or `unset` otherwise. */
  readonly inputSignature: Structure;
  /** 0 as the caller likes, 1 compiled with XLA, 2 not. */
  readonly jitCompile: number;
}

/** An object of a class: a layer, a list, an optimizer … */
export interface UserObjectKind {
  readonly kind: 'userObject';
  /** Such as `_tf_keras_layer`, `trackable_list_wrapper`, `_generic_user_object`. */
  readonly identifier: string;
  readonly producer: number;
  readonly minConsumer: number;
  /** Keras JSON up to TensorFlow 2.5; empty since. */
  readonly metadata: string;
}

/** A file in `assets/`. */
export interface AssetKind {
  readonly kind: 'asset';
  /** Index in the assets of the meta graph. */
  readonly asset: number;
}

/** A `tf.function`: several traces, of which a call picks one. */
export interface FunctionKind {
  readonly kind: 'function';
  /** Names of the traces, in the order in which they are tried. */
  readonly concreteFunctions: readonly string[];
  readonly spec: FunctionSpec | undefined;
}

/** A variable. */
export interface VariableKind {
  readonly kind: 'variable';
  readonly dtype: TensorDType;
  readonly shape: PartialShape;
  readonly trainable: boolean;
  /** Number of TensorFlow's `VariableSynchronization`. */
  readonly synchronization: number;
  /** Number of TensorFlow's `VariableAggregation`. */
  readonly aggregation: number;
  /** Name in Python without `:0`, such as `dense/kernel`. */
  readonly name: string;
  readonly device: string;
  /** Parts of a variable that was distributed over devices. */
  readonly components: readonly VariableKind[];
}

/** One trace that is called as it is, as signatures are. */
export interface BareConcreteFunctionKind {
  readonly kind: 'bareConcreteFunction';
  readonly concreteFunction: string;
  /** Names of the inputs, in order. */
  readonly argumentKeywords: readonly string[];
  /** How many of them may be passed by position. */
  readonly allowedPositionalArguments: number;
  readonly spec: FunctionSpec | undefined;
}

/** A tensor that is a Const node of the graph. */
export interface ConstantKind {
  readonly kind: 'constant';
  /** Name of the node. */
  readonly operation: string;
}

/** A resource other than a variable, such as a lookup table. */
export interface ResourceKind {
  readonly kind: 'resource';
  readonly device: string;
}

/** A tensor inside of another function. */
export interface CapturedTensorKind {
  readonly kind: 'capturedTensor';
  readonly name: string;
  readonly concreteFunction: string;
}

/** Nothing that this version knows. */
export interface UnknownKind {
  readonly kind: 'unknown';
}

/** What an object of a SavedModel is. */
export type SavedNodeKind =
  | UserObjectKind
  | AssetKind
  | FunctionKind
  | VariableKind
  | BareConcreteFunctionKind
  | ConstantKind
  | ResourceKind
  | CapturedTensorKind
  | UnknownKind;

/** An object of a SavedModel and how it hangs together with others. */
export interface SavedNode {
  /** Index in `nodes`. */
  readonly id: number;
  readonly value: SavedNodeKind;
  /** Edges to other objects, in order. */
  readonly children: readonly SavedEdge[];
  /** Objects that must exist before this one. */
  readonly dependencies: readonly SavedEdge[];
  readonly slots: readonly SavedSlot[];
  /** Functions that save and restore a value of the object, as node indices, by the name of the value. */
  readonly saveables: ReadonlyMap<string, { readonly save: number; readonly restore: number }>;
  /** Class that a library registered, such as `tf.StaticHashTable`; empty for others. */
  readonly registeredName: string;
  readonly registeredSaver: string;
  readonly serializedUserProto: Any | undefined;
}

/** One trace of a function: a function of the library with what it captured. */
export interface ConcreteFunction {
  /** Name of the function in the library. */
  readonly name: string;
  /** Objects that its last arguments are bound to, as node indices. */
  readonly boundInputs: readonly number[];
  /** Pair of positional and keyword arguments; leaves that are no specs are literals that a call must match. */
  readonly inputSignature: Structure;
  readonly outputSignature: Structure;
}

/** Objects of a SavedModel, of which the first is the root, and the traces of their functions. */
export interface SavedObjectGraph {
  readonly nodes: readonly SavedNode[];
  readonly concreteFunctions: ReadonlyMap<string, ConcreteFunction>;
}
