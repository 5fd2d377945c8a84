import { encodeTensor, type LazyTensor } from '@km/core';
import { bindVariables, readSavedModel, selectMetaGraph, usedOps } from '@km/savedmodel';
import { listed, MODELS, modelStore, VERSIONS } from './support.ts';

const NAMES = VERSIONS.flatMap((version) => MODELS.map((model) => `${version}/${model}`));

async function listTensor(name: string, tensor: LazyTensor) {
  const value = await tensor.read();
  const hex = value.dtype === 'string' ? '' : Buffer.from(encodeTensor(value)).toString('hex');
  return { name, dtype: value.dtype, shape: value.shape, hex };
}

test.each(NAMES)('%s has the graphs that TensorFlow reads', async (name) => {
  const model = await readSavedModel({ store: modelStore(name), path: '' });
  expect(model.schemaVersion).toBe(1);
  const graphs = model.metaGraphs.map((metaGraph) => ({
    tags: metaGraph.tags,
    version: metaGraph.tensorflowVersion,
    objects: metaGraph.objectGraph?.nodes.length ?? 0,
    functions: [...metaGraph.graph.functions.names].sort(),
    nodes: metaGraph.graph.nodes.length,
    ops: usedOps(metaGraph.graph),
    signatures: Object.fromEntries(
      Array.from(metaGraph.signatures.values(), ({ name: key, methodName, inputs, outputs }) => [
        key,
        {
          method: methodName,
          inputs: [...inputs.keys()].sort(),
          outputs: [...outputs.keys()].sort(),
        },
      ]),
    ),
  }));
  expect(graphs).toEqual(listed(name).graphs);
});

test.each(NAMES)('%s has the variables that TensorFlow reads', async (name) => {
  const model = await readSavedModel({ store: modelStore(name), path: '' });
  const metaGraph = selectMetaGraph(model, ['serve']);
  const found =
    metaGraph.objectGraph === undefined
      ? metaGraph.graphVariables.map(({ name: variable, key }) => [variable, key] as const)
      : Array.from(
          (await bindVariables(model, metaGraph)).variables.values(),
          ({ variable, key }) => [variable.name, key] as const,
        );
  const tensors = (await model.openVariables())?.tensors;
  const values = await Promise.all(
    found.map(async ([variable, key]) => {
      const tensor = tensors?.get(key);
      if (tensor === undefined) throw new Error(`${key} is missing`);
      return listTensor(variable, tensor);
    }),
  );
  expect(values).toEqual(expect.arrayContaining([...listed(name).variables]));
});

function byKey([a]: readonly [string, unknown], [b]: readonly [string, unknown]): number {
  return a < b ? -1 : 1;
}

test('the text form of a model reads as its binary form does', async () => {
  const [binary, text] = await Promise.all(
    ['v1', 'v1_text'].map((name) =>
      readSavedModel({ store: modelStore(`tf-2.15.1/${name}`), path: '' }),
    ),
  );
  expect(text?.file).toBe('saved_model.pbtxt');
  const [left, right] = [binary, text].map((model) =>
    model?.metaGraphs.map(({ graph, signatures, collections, assets, saver }) => ({
      nodes: graph.nodes,
      // The order of entries of a map is that of the file.
      signatures: [...signatures].sort(byKey),
      collections: [...collections].sort(byKey),
      assets,
      saver,
    })),
  );
  expect(right).toEqual(left);
});
