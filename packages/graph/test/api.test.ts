import { expect, test } from '@jest/globals';
import { exportedNames } from '@km/test-utils';

test('the exported names are a deliberate choice', async () => {
  expect(await exportedNames('graph')).toMatchSnapshot();
});
