/** `npm test`: installs what is missing, then runs every test from the sources. */
import path from 'node:path';
import { ensureInstalled, root, run } from './install.mjs';

ensureInstalled();
const jest = path.join(root, 'node_modules', 'jest', 'bin', 'jest.js');
run(process.execPath, [
  '--experimental-vm-modules',
  '--no-warnings=ExperimentalWarning',
  jest,
  ...process.argv.slice(2),
]);
