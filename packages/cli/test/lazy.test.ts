import { jest } from '@jest/globals';
import { fixturePath } from '@km/test-utils';
import { km } from './support.ts';

test('looking into files and checking them never loads the runtime', async () => {
  for (const name of ['@km/keras', '@km/layers', '@tensorflow/tfjs-core']) {
    jest.unstable_mockModule(name, () => {
      throw new Error(`${name} was loaded`);
    });
  }
  for (const command of ['inspect', 'verify']) {
    for (const name of ['dense.h5', 'dense.keras', 'dense_tf', 'dense_ckpt', 'dense.weights.h5']) {
      const file = fixturePath(`models/tf-2.15.1/${name}`);
      const { code, err } = await km([command, file]);
      expect({ command, name, code, err }).toEqual({ command, name, code: 0, err: '' });
    }
  }
  const file = fixturePath('models/tf-2.15.1/dense.h5');
  const { code, err } = await km(['predict', file, '--inputs', fixturePath('numpy/version1.npy')]);
  expect({ code, err }).toEqual({ code: 1, err: 'km: Error: @km/keras was loaded\n' });
});
