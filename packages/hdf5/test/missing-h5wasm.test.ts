import { jest } from '@jest/globals';
import { readFixture } from '@km/test-utils';

const absent = (): never => {
  throw new Error("Cannot find package 'h5wasm'");
};
jest.unstable_mockModule('h5wasm', absent);
jest.unstable_mockModule('h5wasm/node', absent);

const { readModelH5, readWeightsH5 } = await import('../src/index.ts');

test('what Keras writes is read without h5wasm', async () => {
  const { layers } = await readModelH5(readFixture('h5/tf-2.4.4/trained.h5'));
  expect(await layers[1]?.weights[0]?.tensor.read()).toMatchObject({ shape: [4, 3] });
});

test('an open File and storage that needs the HDF5 library ask for h5wasm by name', async () => {
  const missing = {
    code: 'KM_MISSING_BACKEND',
    message: expect.stringContaining('npm install h5wasm'),
  };
  const file = { file_id: 1n, filename: 'x.h5', mode: 'r', create_group: () => undefined };
  await expect(readModelH5(file as never)).rejects.toMatchObject(missing);
  const { layers } = await readWeightsH5(readFixture('h5/h5py-3.16.0/scale-offset.h5'));
  await expect(layers[0]?.weights[0]?.tensor.read()).rejects.toMatchObject(missing);
});
