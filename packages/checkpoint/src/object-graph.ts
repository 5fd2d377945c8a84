/** Key of the tensor that holds the object graph of a checkpoint. */
export const OBJECT_GRAPH_KEY = '_CHECKPOINTABLE_OBJECT_GRAPH';

/** Objects of a checkpoint, of which the first is the root, and how they hang together. */
export interface ObjectGraph {
  readonly nodes: readonly ObjectNode[];
}

/** An object: what it holds, and which of its values are in the checkpoint. */
export interface ObjectNode {
  /** Named edges to other objects, in order. */
  readonly children: readonly ObjectEdge[];
  /** Values, in order. */
  readonly attributes: readonly ObjectAttribute[];
  /** State that an optimizer keeps per variable. */
  readonly slots: readonly ObjectSlot[];
  /** Saver of a class that brings its own. */
  readonly registeredSaver?: { readonly name: string; readonly objectName: string };
  /** Whether the object or one below it has values; not known in files of TensorFlow before 2.5. */
  readonly hasValues?: boolean;
}

/** A named edge. */
export interface ObjectEdge {
  readonly name: string;
  /** Index of the object in `nodes`. */
  readonly node: number;
}

/** A value of an object. */
export interface ObjectAttribute {
  /** Kind of the value: `VARIABLE_VALUE` for a variable. */
  readonly name: string;
  /** Name of the variable, `dense/kernel`; empty for others. */
  readonly fullName: string;
  /** Name of the tensor. */
  readonly key: string;
}

/** State that an optimizer keeps for one variable. */
export interface ObjectSlot {
  readonly name: string;
  /** Index of the variable that the state belongs to. */
  readonly variable: number;
  /** Index of the object that holds the state. */
  readonly node: number;
}
