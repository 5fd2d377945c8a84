import { existsSync } from 'node:fs';
import path from 'node:path';
import { exportedNames, fixtureProblems, repositoryRoot } from '@km/test-utils';

test('every committed fixture is in the manifest with its digest', () => {
  expect(fixtureProblems()).toEqual([]);
});

test('the root of the repository holds lerna.json', () => {
  expect(existsSync(path.join(repositoryRoot(), 'lerna.json'))).toBe(true);
});

test('the exported names are a deliberate choice', async () => {
  expect(await exportedNames('test-utils')).toMatchSnapshot();
});
