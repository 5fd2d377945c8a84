import * as runtime from '@km/layers';
import { exportedNames } from '@km/test-utils';

test('the exported names are a deliberate choice', async () => {
  expect(await exportedNames('layers')).toMatchSnapshot();
});

test('the names in each namespace are those of Keras', () => {
  const names = Object.entries(runtime).flatMap(([key, value]) =>
    typeof value === 'object' && value !== null ? [[key, Object.keys(value).sort()]] : [],
  );
  expect(Object.fromEntries(names)).toMatchSnapshot();
});
