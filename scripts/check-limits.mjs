/** Checks that no hand-written source file is longer than 300 lines; functions are the linter's part. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { arrows } from './arrows.mjs';
import { root } from './install.mjs';
import { sourceFiles } from './source-files.mjs';

const maxLines = 300;

const long = Object.keys(arrows)
  .flatMap((name) => sourceFiles(name))
  .map((file) => ({
    file,
    lines: readFileSync(path.join(root, file), 'utf8').split('\n').length - 1,
  }))
  .filter(({ lines }) => lines > maxLines);
for (const { file, lines } of long)
  console.error(`${file}: ${String(lines)} lines, at most ${String(maxLines)}`);
console.log(long.length === 0 ? 'limits: kept' : `limits: ${String(long.length)} files too long`);
process.exitCode = long.length === 0 ? 0 : 1;
