import { readdirSync } from 'node:fs';
import path from 'node:path';
import { root } from './install.mjs';

/** Hand-written TypeScript sources of a package, relative to the repository. */
export function sourceFiles(name) {
  const folder = path.join('packages', name, 'src');
  return readdirSync(path.join(root, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.ts'))
    .map((entry) => path.relative(root, path.join(entry.parentPath, entry.name)))
    .filter((file) => !file.includes(`${path.sep}generated${path.sep}`))
    .sort();
}
