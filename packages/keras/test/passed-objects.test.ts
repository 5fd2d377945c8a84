import type { ConcreteFunction, SavedNode, SavedNodeKind } from '@km/savedmodel';
import type { SavedObjects } from '../src/revive/saved-objects.ts';
import { SavedPart } from '../src/revive/saved-part.ts';
import { FunctionPlan } from '../src/save/saved-model/function-plan.ts';
import { ObjectPlan } from '../src/save/saved-model/object-plan.ts';
import { callSignature, functionSpec, tensorSpec } from '../src/save/saved-model/structures.ts';

const KEY = { shape: [], dtype: 'string' } as const;

function nodeOf(id: number, value: SavedNodeKind, saveables: SavedNode['saveables']): SavedNode {
  return {
    ...{ id, value, saveables, children: [], dependencies: [], slots: [] },
    ...{ registeredName: '', registeredSaver: '', serializedUserProto: undefined },
  };
}

/** A table with the functions that save and restore it, as TensorFlow 2.13 and later write them. */
function tableObjects(): SavedObjects {
  const bare = (concreteFunction: string): SavedNodeKind => ({
    ...{ kind: 'bareConcreteFunction', concreteFunction, allowedPositionalArguments: 1 },
    ...{ argumentKeywords: ['checkpoint_key'], spec: functionSpec(['checkpoint_key'], null) },
  });
  const nodes = [
    nodeOf(0, { kind: 'resource', device: '' }, new Map([['table', { save: 1, restore: 2 }]])),
    nodeOf(1, bare('save_fn'), new Map()),
    nodeOf(2, bare('restore_fn'), new Map()),
  ];
  const concreteFunctions = new Map<string, ConcreteFunction>();
  for (const name of ['save_fn', 'restore_fn']) {
    const inputSignature = callSignature([tensorSpec('checkpoint_key', KEY)]);
    const outputSignature = tensorSpec('', KEY);
    concreteFunctions.set(name, { name, inputSignature, outputSignature, boundInputs: [0] });
  }
  const definitions = new Map(
    [...concreteFunctions.keys()].map((name) => [name, { signature: { name }, nodeDef: [] }]),
  );
  const objects: object = {
    graph: { nodes, concreteFunctions },
    live: new Map(),
    functions: {
      ...{ names: [...definitions.keys()], gradients: new Map() },
      get: (name: string) => definitions.get(name),
    },
    part: (id: number) => parts[id],
  };
  const parts = nodes.map((node) => new SavedPart(objects as SavedObjects, node, undefined));
  return objects as SavedObjects;
}

test('functions that save a table are restricted to their inputs, without which TensorFlow 2.12 refuses to call them', () => {
  const plan = new ObjectPlan();
  const added = new FunctionPlan(plan, true).passed.add(tableObjects(), 0);
  const { nodes } = plan.finish(new Map());
  const { save, restore } = nodes[added]?.saveables.get('table') ?? {};
  const inputSignature = { kind: 'tuple', items: [tensorSpec('', KEY)] };
  for (const id of [save, restore])
    expect(nodes[id ?? -1]?.value).toMatchObject({ spec: { inputSignature } });
});
