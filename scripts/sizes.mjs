/**
 * Measures the minified and gzipped size of every entry point with what it pulls in of @km and protobufjs, writes
 * docs/sizes.md and fails when a package is larger than it may be.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';
import { arrows } from './arrows.mjs';
import { root } from './install.mjs';

/** Largest size of an entry, in units of 1,024 bytes. */
const caps = { '@km/core': 12, '@km/checkpoint': 35, '@km/hdf5': 15 };
const external = ['@tensorflow/*', 'h5wasm', '#h5wasm', '@zip.js/zip.js', 'node:*'];

/** Size of an entry with its static imports; what is imported when it is touched does not count. */
async function sizeOf(entry) {
  const { outputFiles, metafile } = await build({
    stdin: { contents: `export * from '${entry}';`, resolveDir: root },
    bundle: true,
    splitting: true,
    outdir: root,
    metafile: true,
    minify: true,
    write: false,
    format: 'esm',
    platform: 'neutral',
    mainFields: ['module', 'main'],
    conditions: ['@km/source', 'browser', 'default'],
    external,
    logLevel: 'error',
  });
  const names = staticOutputs(metafile);
  const files = outputFiles.filter((file) => names.has(path.relative(root, file.path)));
  const bytes = Buffer.concat(files.map((file) => file.contents));
  return { minified: bytes.length, gzipped: gzipSync(bytes, { level: 9 }).length };
}

/** Outputs that the entry imports statically, at any depth, itself included. */
function staticOutputs({ outputs }) {
  const names = new Set(
    Object.keys(outputs).filter(
      (name) => outputs[name].entryPoint !== undefined && name.includes('stdin'),
    ),
  );
  for (const name of names) {
    for (const { path: imported, kind } of outputs[name]?.imports ?? []) {
      if (kind === 'import-statement' && outputs[imported] !== undefined) names.add(imported);
    }
  }
  return names;
}

const rows = [];
const large = [];
for (const name of Object.keys(arrows)) {
  const manifest = JSON.parse(
    readFileSync(path.join(root, 'packages', name, 'package.json'), 'utf8'),
  );
  if (manifest.private === true || name === 'cli') continue;
  for (const key of Object.keys(manifest.exports)) {
    if (key.endsWith('.json') || key === './node') continue;
    const entry = path.posix.join(manifest.name, key);
    const { minified, gzipped } = await sizeOf(entry);
    const kib = gzipped / 1024;
    const cap = caps[entry];
    if (cap !== undefined && kib > cap)
      large.push(`${entry}: ${kib.toFixed(1)} KB, at most ${String(cap)}`);
    rows.push(
      `| \`${entry}\` | ${(minified / 1024).toFixed(1)} | ${kib.toFixed(1)} | ${cap === undefined ? '' : String(cap)} |`,
    );
  }
}
const text = `# Entry sizes

Made by \`npm run sizes\`: each entry point with all that it imports of @km and protobufjs, without tfjs, h5wasm and the zip
library, which are loaded from their own packages. KB are 1,024 bytes.

| entry | minified KB | min+gzip KB | at most |
|---|---:|---:|---:|
${rows.join('\n')}
`;
writeFileSync(path.join(root, 'docs', 'sizes.md'), text);
console.log(text);
for (const line of large) console.error(line);
process.exitCode = large.length === 0 ? 0 : 1;
