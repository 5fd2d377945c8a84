/**
 * Checks the built packages as their users get them: publint and attw on each, then a load of every entry point as ES
 * module and as CommonJS on each supported Node, the type of each exported value, and a browser bundle of each. Build first.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { build } from 'esbuild';
import { arrows } from './arrows.mjs';
import { root } from './install.mjs';
import { nodeBinary } from './node-versions.mjs';

const scratch = path.join(root, '.tsbuild', 'packages');
rmSync(scratch, { recursive: true, force: true });
mkdirSync(scratch, { recursive: true });
const results = [];
const require = createRequire(path.join(root, 'package.json'));

/** Notes the outcome of one check and prints what failed. */
function note(name, { status, stdout, stderr }) {
  const passed = status === 0;
  results.push(passed);
  console.log(`${passed ? 'ok  ' : 'FAIL'} ${name}`);
  if (!passed) console.error(`${stdout ?? ''}${stderr ?? ''}`);
}

function sh(command, args, cwd = root) {
  return spawnSync(command, args, { cwd, encoding: 'utf8' });
}

function manifestOf(name) {
  return JSON.parse(readFileSync(path.join(root, 'packages', name, 'package.json'), 'utf8'));
}

/** Specifiers of the entry points of a package, such as `@km/core/node`. */
function entriesOf(manifest) {
  return Object.keys(manifest.exports)
    .filter((entry) => !entry.endsWith('.json'))
    .map((entry) => path.posix.join(manifest.name, entry));
}

function checkMetadata(name) {
  const bin = path.join(root, 'node_modules', '.bin');
  const folder = path.join(root, 'packages', name);
  note(`${name}: publint`, sh(path.join(bin, 'publint'), ['--strict'], folder));
  note(`${name}: attw`, sh(path.join(bin, 'attw'), ['--pack', '.', '--profile', 'node16'], folder));
}

function checkLoading(entries, version, node) {
  const esm = path.join(scratch, `load-${version}.mjs`);
  const cjs = path.join(scratch, `load-${version}.cjs`);
  const used = entries.map(
    (entry) =>
      `if (Object.keys(await import('${entry}')).length === 0) throw new Error('${entry} exports nothing');`,
  );
  writeFileSync(esm, used.join('\n'));
  writeFileSync(cjs, used.join('\n').replaceAll('await import(', 'require('));
  note(`ES modules on Node ${version}`, sh(node, [esm]));
  note(`CommonJS on Node ${version}`, sh(node, [cjs]));
  for (const file of ['smoke.mjs', 'smoke.cjs']) {
    note(`${file} on Node ${version}`, sh(node, [path.join(root, 'scripts', 'smoke', file)]));
  }
}

/** Names of what an entry point exports, those within namespaces after a dot. */
function exportedPaths(entry) {
  const paths = [];
  const walk = (value, prefix, depth) => {
    for (const [name, inner] of Object.entries(value)) {
      if (!/^[A-Za-z_$][\w$]*$/.test(name)) continue;
      const place = `${prefix}.${name}`;
      paths.push(place);
      const isNamespace = inner?.constructor === Object || inner?.[Symbol.toStringTag] === 'Module';
      if (isNamespace && depth < 3) walk(inner, place, depth + 1);
    }
  };
  walk(require(entry), '', 1);
  return paths;
}

/** Compiles a program that uses every exported value, as a user of TypeScript does. */
function checkTypes(entries) {
  const lines = [];
  for (const [k, entry] of entries.entries()) {
    lines.push(`import * as entry${k} from '${entry}';`);
    for (const place of exportedPaths(entry)) lines.push(`void entry${k}${place};`);
  }
  const file = path.join(scratch, 'types.mts');
  writeFileSync(file, lines.join('\n'));
  const options = ['--noEmit', '--strict', '--skipLibCheck', '--target', 'es2022'];
  const modules = ['--module', 'nodenext', '--types', 'node'];
  const tsc = path.join(root, 'node_modules', '.bin', 'tsc');
  note('types of all exports', sh(tsc, [...options, ...modules, '--ignoreConfig', file]));
}

async function checkBundle(entry) {
  const outcome = await build({
    stdin: { contents: `export * from '${entry}';`, resolveDir: root },
    bundle: true,
    write: false,
    format: 'esm',
    platform: 'browser',
    logLevel: 'silent',
    external: entry.endsWith('/node') ? ['node:*'] : [],
  }).then(
    () => ({ status: 0 }),
    (error) => ({ status: 1, stderr: String(error) }),
  );
  note(`${entry}: browser bundle`, outcome);
}

const published = Object.keys(arrows).filter((name) => manifestOf(name).private !== true);
for (const name of published) {
  if (!existsSync(path.join(root, 'packages', name, 'dist')))
    throw new Error('build first: npm run build');
  checkMetadata(name);
}
const entries = published.flatMap((name) => entriesOf(manifestOf(name)));
for (const version of ['20', '22', '24']) checkLoading(entries, version, nodeBinary(version));
checkTypes(entries);
for (const entry of entries.filter(
  (name) => !name.startsWith('@km/cli') && !name.endsWith('/node'),
)) {
  await checkBundle(entry);
}
const failed = results.filter((passed) => !passed).length;
console.log(`${String(results.length - failed)} passed, ${String(failed)} failed`);
process.exitCode = failed === 0 ? 0 : 1;
