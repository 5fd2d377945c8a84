import { readFileSync } from 'node:fs';
import path from 'node:path';
import { repositoryRoot } from './fixtures.ts';

/**
 * Lists what every entry point of a package exports, for a snapshot: values by their name, types as `type Name`.
 * An entry that resolves by condition is listed once per source file, as `. (src/node.ts)`.
 */
export async function exportedNames(packageName: string): Promise<Record<string, string[]>> {
  const folder = path.join(repositoryRoot(), 'packages', packageName);
  const manifest: { readonly exports: Readonly<Record<string, unknown>> } = JSON.parse(
    readFileSync(path.join(folder, 'package.json'), 'utf8'),
  );
  const names: Record<string, string[]> = {};
  for (const [entry, target] of Object.entries(manifest.exports)) {
    for (const source of new Set(sourcesOf(target))) {
      const file = path.join(folder, source);
      const module: object = await import(file);
      names[`${entry} (${path.posix.normalize(source)})`] = [
        ...Object.keys(module),
        ...typeNames(readFileSync(file, 'utf8')),
      ].sort();
    }
  }
  return names;
}

function sourcesOf(target: unknown): string[] {
  if (typeof target === 'string') return /\/src\/.*\.ts$/.test(target) ? [target] : [];
  if (typeof target !== 'object' || target === null) return [];
  return Object.values(target).flatMap(sourcesOf);
}

function typeNames(text: string): string[] {
  const names: string[] = [];
  for (const [, allTypes, list = ''] of text.matchAll(/^export (type )?\{([^}]*)\}/gm)) {
    for (const item of list.split(',')) {
      const match = /^\s*(type\s+)?(?:\w+\s+as\s+)?(\w+)\s*$/.exec(item);
      if (match !== null && (allTypes ?? match[1]) !== undefined) names.push(`type ${match[2]}`);
    }
  }
  for (const [, name] of text.matchAll(/^export (?:type|interface) (\w+)/gm)) {
    names.push(`type ${name}`);
  }
  return names;
}
