import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { layoutObjects, type ObjectView, readCheckpoint, writeCheckpoint } from '@km/checkpoint';
import type { Tensor } from '@km/core';

interface Item {
  readonly value?: Tensor;
}

test('the examples of the README work', async () => {
  const folder = await mkdtemp(path.join(tmpdir(), 'km-readme-'));
  try {
    const bias: Tensor = { dtype: 'float32', shape: [2], data: new Float32Array([0, 1]) };
    await writeCheckpoint(path.join(folder, 'run/names-only'), [['dense/bias', bias]]);
    const names = await readCheckpoint(path.join(folder, 'run/names-only'));
    expect([...names.tensors.keys()]).toEqual(['dense/bias']);

    const item: Item = { value: bias };
    const root: Item = {};
    const view: ObjectView<Item> = {
      children: (object) => (object === root ? [['v', item]] : []),
      values: (object) => (object === root ? [] : [{ name: 'VARIABLE_VALUE', fullName: 'v' }]),
      slots: () => [],
    };
    const { graph, values } = layoutObjects(root, view);
    const tensors = values.map(({ item: { value = bias }, key }) => [key, value] as const);
    await writeCheckpoint(path.join(folder, 'run/objects'), tensors, { objectGraph: graph });
    const objects = await readCheckpoint(path.join(folder, 'run/objects.index'));
    expect(await objects.readObjectGraph()).toEqual(graph);
    expect(await objects.tensors.get('v/.ATTRIBUTES/VARIABLE_VALUE')?.read()).toEqual(bias);
  } finally {
    await rm(folder, { recursive: true });
  }
});
