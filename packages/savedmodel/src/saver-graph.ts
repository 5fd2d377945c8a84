import { type TensorDType, tensorDTypeCode } from '@km/core/tensor-proto';
import type { SaverDef } from '@km/proto/saved-model';
import {
  CPU,
  constantAttrs,
  type GraphNodes,
  textVector,
  typeAttr,
  typeCodesAttr,
} from './graph-nodes.ts';

/** A variable that the saver of a graph saves and restores. */
export interface SavedHandle {
  /** Name of the node that gives the handle. */
  readonly handle: string;
  readonly dtype: TensorDType;
  /** Name of the value in the checkpoint. */
  readonly key: string;
}

/** Key of the checkpoint under which the objects are described. */
const OBJECTS_KEY = '_CHECKPOINTABLE_OBJECT_GRAPH';

/**
 * Adds the nodes by which TensorFlow 1, TensorFlow Serving and the C interface restore and save the variables. They
 * lie in the graph itself and call no function, so that the loader of TensorFlow 2 has fewer functions to import.
 */
export function addSaver(
  graph: GraphNodes,
  variables: readonly SavedHandle[],
  objects: Uint8Array,
): SaverDef.$Properties {
  const text = typeAttr('string');
  const filename = graph.add('Placeholder', 'saver_filename', [], {
    dtype: text,
    shape: { shape: { dim: [] } },
  });
  const description = constantAttrs({ dtype: 'string', shape: [], data: [objects] });
  const constant = graph.add('Const', 'Const', [], description, CPU);
  const saved = addSave(graph, variables, filename, constant);
  return {
    filenameTensorName: `${filename}:0`,
    saveTensorName: `${saved}:0`,
    restoreOpName: addRestore(graph, variables, filename),
    version: 2,
  };
}

function addSave(
  graph: GraphNodes,
  variables: readonly SavedHandle[],
  filename: string,
  constant: string,
): string {
  const values = variables.map(({ handle, dtype }) =>
    graph.add('ReadVariableOp', `${handle}/Read/ReadVariableOp`, [handle], {
      dtype: typeAttr(dtype),
    }),
  );
  const names = addNames(graph, 'save', [...variables.map(({ key }) => key), OBJECTS_KEY]);
  const dtypes = [...codesOf(variables), tensorDTypeCode('string')];
  const save = graph.add(
    'SaveV2',
    'save/SaveV2',
    [filename, ...names, ...values, constant],
    { dtypes: typeCodesAttr(dtypes) },
    CPU,
  );
  return graph.add(
    'Identity',
    'save/Identity',
    [filename, `^${save}`],
    { T: typeAttr('string') },
    CPU,
  );
}

function addRestore(
  graph: GraphNodes,
  variables: readonly SavedHandle[],
  filename: string,
): string {
  const assigned: string[] = [];
  if (variables.length > 0) {
    const names = addNames(
      graph,
      'restore',
      variables.map(({ key }) => key),
    );
    const dtypes = typeCodesAttr(codesOf(variables));
    const restore = graph.add('RestoreV2', 'save/RestoreV2', [filename, ...names], { dtypes }, CPU);
    for (const [index, { handle, dtype }] of variables.entries()) {
      const value = index === 0 ? restore : `${restore}:${index}`;
      const attrs = { dtype: typeAttr(dtype) };
      assigned.push(graph.add('AssignVariableOp', 'save/AssignVariableOp', [handle, value], attrs));
    }
  }
  return graph.add(
    'NoOp',
    'save/restore_all',
    assigned.map((name) => `^${name}`),
    {},
  );
}

function codesOf(variables: readonly SavedHandle[]): number[] {
  return variables.map(({ dtype }) => tensorDTypeCode(dtype));
}

/** Adds the names of tensors in the checkpoint, and that they are whole. */
function addNames(graph: GraphNodes, what: string, keys: readonly string[]): [string, string] {
  return [
    graph.add('Const', `save/${what}_names`, [], constantAttrs(textVector(keys)), CPU),
    graph.add(
      'Const',
      `save/${what}_slices`,
      [],
      constantAttrs(textVector(keys.map(() => ''))),
      CPU,
    ),
  ];
}
