import { readFileSync } from 'node:fs';
import path from 'node:path';
import { exportedNames, repositoryRoot } from '@km/test-utils';
import { km } from './support.ts';

test('the exported names are a deliberate choice', async () => {
  expect(await exportedNames('cli')).toMatchSnapshot();
});

test('the version is that of the package', async () => {
  const file = path.join(repositoryRoot(), 'packages', 'cli', 'package.json');
  const manifest: { readonly version: string } = JSON.parse(readFileSync(file, 'utf8'));
  expect(await km(['--version'])).toEqual({ code: 0, out: `${manifest.version}\n`, err: '' });
});
