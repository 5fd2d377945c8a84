import { type CollectionDef, VariableDef } from '@km/proto/saved-model';
import { decodeMessage } from './decode-message.ts';

/** A variable of a graph as TensorFlow 1 lists it in a collection. */
export interface GraphVariable {
  /** Name without `:0`; a part of a partitioned variable has the name of the part. */
  readonly name: string;
  /** Name of the tensor in the checkpoint. */
  readonly key: string;
  readonly initializerName: string;
  /** Tensor that holds the value. */
  readonly snapshotName: string;
  readonly isResource: boolean;
  readonly trainable: boolean;
}

/** Collections that list variables: all, and those that are not saved. */
const COLLECTIONS: readonly string[] = ['variables', 'trainable_variables', 'local_variables'];

/** Reads the variables that the collections of a meta graph list, each once. @throws MalformedError. */
export function graphVariables(
  collections: { readonly [name: string]: CollectionDef },
  source: string,
): readonly GraphVariable[] {
  const found = new Map<string, GraphVariable>();
  for (const collection of COLLECTIONS) {
    for (const bytes of collections[collection]?.bytesList?.value ?? []) {
      const variable = decodeVariable(bytes, `collection ${collection} of ${source}`);
      if (!found.has(variable.name)) found.set(variable.name, variable);
    }
  }
  return [...found.values()];
}

function decodeVariable(bytes: Uint8Array, source: string): GraphVariable {
  const { variableName, initializerName, snapshotName, isResource, trainable, saveSliceInfoDef } =
    decodeMessage(VariableDef, bytes, source);
  const name = variableName.replace(/:\d+$/, '');
  const whole = saveSliceInfoDef?.fullName;
  return {
    name,
    key: whole === undefined || whole === '' ? name : whole,
    initializerName,
    snapshotName,
    isResource,
    trainable,
  };
}
