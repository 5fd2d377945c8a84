import { exportedNames } from '@km/test-utils';

test('the entry points export what users rely on', async () => {
  expect(await exportedNames('savedmodel')).toMatchSnapshot();
});
