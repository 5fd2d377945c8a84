import { exportedNames } from '@km/test-utils';

test('the exported names are a deliberate choice', async () => {
  expect(await exportedNames('keras')).toMatchSnapshot();
});
