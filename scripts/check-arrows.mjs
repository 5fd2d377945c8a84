/** Checks every package.json and every import statement against the arrows of scripts/arrows.mjs. */
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { arrows, nodeOnly } from './arrows.mjs';
import { root } from './install.mjs';
import { sourceFiles } from './source-files.mjs';

const problems = [];
const imported =
  /(?:^|\n)\s*(?:import|export)\b[^'"`;]*?\bfrom\s*['"]([^'"\s]+)['"]|(?:^|\n)\s*import\s*['"]([^'"\s]+)['"]|\bimport\s*\(\s*['"]([^'"\s]+)['"]/g;

/** The module specifiers of a source file. */
function specifiersOf(file) {
  const text = readFileSync(path.join(root, file), 'utf8');
  return [...text.matchAll(imported)].map(([, ...found]) =>
    found.find((name) => name !== undefined),
  );
}

/** The package that a module specifier names, without its subpath. */
function packageOf(specifier) {
  return specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/');
}

function allowed(name, target) {
  const { packages, libraries } = arrows[name];
  if (target.startsWith('@km/')) {
    const other = target.slice('@km/'.length);
    return other === name || packages.includes(other);
  }
  return libraries.includes(target);
}

function checkManifest(name) {
  const manifest = JSON.parse(
    readFileSync(path.join(root, 'packages', name, 'package.json'), 'utf8'),
  );
  const targets = {
    ...manifest.dependencies,
    ...manifest.peerDependencies,
    ...manifest.optionalDependencies,
  };
  for (const target of Object.keys(targets)) {
    if (!allowed(name, target)) problems.push(`packages/${name}/package.json depends on ${target}`);
  }
  if (manifest.license !== 'Apache-2.0')
    problems.push(`packages/${name}: licence is not Apache-2.0`);
}

function checkImports(name, file) {
  const base = path.basename(file);
  const platform = nodeOnly.has(name) || base === 'node.ts' || base.startsWith('node-');
  for (const specifier of specifiersOf(file)) {
    if (/^[.#]/.test(specifier)) continue;
    if (specifier.startsWith('node:')) {
      if (!platform) problems.push(`${file} imports ${specifier}: only node.ts and node-*.ts may`);
    } else if (!allowed(name, packageOf(specifier))) {
      problems.push(`${file} imports ${specifier}`);
    }
  }
}

/** Tests reach another package by its name, never by its sources. */
function checkTests(name) {
  const folder = path.join(root, 'packages', name, 'test');
  for (const file of readdirSync(folder, { recursive: true })) {
    if (!file.endsWith('.ts')) continue;
    for (const specifier of specifiersOf(path.join('packages', name, 'test', file))) {
      if (/^(\.\.\/){2,}[a-z-]+\/src/.test(specifier))
        problems.push(`packages/${name}/test/${file} imports ${specifier}`);
    }
  }
}

for (const name of Object.keys(arrows)) {
  checkManifest(name);
  for (const file of sourceFiles(name)) checkImports(name, file);
  checkTests(name);
}
for (const problem of problems) console.error(problem);
console.log(
  problems.length === 0 ? 'arrows: as drawn' : `arrows: ${String(problems.length)} wrong`,
);
process.exitCode = problems.length === 0 ? 0 : 1;
