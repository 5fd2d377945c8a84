/**
 * Runs a script that imports the packages from their sources: `node scripts/run.mjs FILE [ARGUMENTS]`.
 * The script is bundled first, since Node 20 reads no TypeScript; libraries stay outside of the bundle.
 */
import { mkdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'esbuild';

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const [file, ...args] = process.argv.slice(2);
if (file === undefined) throw new Error('usage: node scripts/run.mjs FILE [ARGUMENTS]');
const entry = path.resolve(file);
const outdir = path.join(root, '.tsbuild', 'run');
mkdirSync(outdir, { recursive: true });
const outfile = path.join(
  outdir,
  `${path.relative(root, entry).replaceAll(/[\\/.]/g, '-')}-${String(process.pid)}.mjs`,
);

/** Keeps everything outside of the bundle but the packages of this repository and relative files. */
const external = {
  name: 'libraries-stay-outside',
  setup(hooks) {
    hooks.onResolve({ filter: /^#h5wasm$/ }, () => ({ path: 'h5wasm/node', external: true }));
    hooks.onResolve({ filter: /^[^./]/ }, (found) =>
      found.kind === 'entry-point' || found.path.startsWith('@km/')
        ? undefined
        : { external: true },
    );
  },
};

await build({
  entryPoints: [entry],
  outfile,
  bundle: true,
  platform: 'node',
  format: 'esm',
  target: 'node20',
  sourcemap: 'inline',
  conditions: ['@km/source', 'node'],
  define: { 'import.meta.url': JSON.stringify(pathToFileURL(entry).href) },
  plugins: [external],
  logLevel: 'error',
});
process.on('exit', () => rmSync(outfile, { force: true }));
process.argv = [process.argv[0] ?? 'node', entry, ...args];
await import(pathToFileURL(outfile).href);
