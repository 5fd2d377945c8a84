/**
 * Proves of each class of Keras 2.15 that no argument of its constructor is ignored, and of each name that it is there or
 * absent for a reason: `arguments.ts API_DUMP [--filter TEXT] [--names]`, the latter for names alone.
 * The dump is a JSON object: `module.Class` to `{kind, class_name, init: [{name, kind}], alias_of}`.
 */
import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import '@tensorflow/tfjs-backend-cpu';
import { ready } from '../../packages/layers/src/engine/ready.ts';
import { prove, type Subject } from '../../packages/layers/test/arguments/subject.ts';
import { SUBJECTS } from '../../packages/layers/test/arguments/subjects.ts';
import { absenceOf } from './arguments-absent.ts';
import { FILE_CALLBACKS } from './arguments-files.ts';
import { type DumpedName, nameLines } from './parity-names.ts';

interface DumpedClass extends DumpedName {
  readonly init?: readonly { readonly name: string; readonly kind?: string }[];
}

/** What became of one argument of one class. */
interface Line {
  readonly where: string;
  readonly by: string;
  readonly verdict: 'outputs' | 'config' | 'refused' | 'absent' | 'failed';
}

/** `module.Class` of the dump as module and class, without the names for the same classes elsewhere. */
function placeOf(key: string, className: string | undefined): readonly [string, string] {
  const [module = '', ...rest] = key.split('.');
  const inner = rest.slice(0, -1).filter((part) => !/^(experimental|preprocessing)$/.test(part));
  return [module, [...inner, className ?? rest.at(-1) ?? ''].join('.')];
}

async function lineOf(subject: Subject, name: string, where: string): Promise<Line> {
  try {
    const { by } = await prove(subject, name, true);
    if (by.startsWith('refused')) return { where, by, verdict: 'refused' };
    return { where, by, verdict: by.startsWith('config') ? 'config' : 'outputs' };
  } catch (error) {
    return { where, by: error instanceof Error ? error.message : String(error), verdict: 'failed' };
  }
}

/** Proves the arguments that the dump and the table name for a class. */
async function linesOf(module: string, name: string, dumped: readonly string[]): Promise<Line[]> {
  const known = [
    ...(SUBJECTS.get(module) ?? []),
    ...(module === 'callbacks' ? FILE_CALLBACKS : []),
  ];
  const subjects = known.filter(({ className }) => className === name);
  const place = `${module}.${name}`;
  const absent = absenceOf(place);
  if (absent !== undefined) return [{ where: place, by: absent, verdict: 'absent' }];
  if (subjects.length === 0 && dumped.length === 0) {
    return [{ where: place, by: 'takes no arguments', verdict: 'absent' }];
  }
  if (subjects.length === 0) return [{ where: place, by: 'no such class', verdict: 'failed' }];
  const names = new Set([...dumped, ...subjects.flatMap((each) => Object.keys(each.arguments))]);
  const lines: Line[] = [];
  for (const argument of names) {
    const where = `${place} ${argument}`;
    const owners = subjects.filter((each) => argument in each.arguments);
    if (owners.length === 0) lines.push({ where, by: 'no values in the table', verdict: 'failed' });
    for (const owner of owners) lines.push(await lineOf(owner, argument, where));
  }
  return lines;
}

type Dump = Readonly<Record<string, DumpedClass>>;

/** Proves the arguments of all classes of a dump whose names contain a text. */
async function classLines(dump: Dump, filter: string): Promise<Line[]> {
  const lines: Line[] = [];
  for (const [key, { kind, init, alias_of, class_name }] of Object.entries(dump)) {
    const [module, name] = placeOf(key, class_name);
    if (kind !== 'class' || alias_of !== undefined || !SUBJECTS.has(module)) continue;
    if (!key.includes(filter)) continue;
    const named = (init ?? []).filter((argument) => argument.kind === undefined);
    const names = named.map((argument) => argument.name);
    lines.push(...(await linesOf(module, name, names)));
  }
  return lines;
}

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      filter: { type: 'string', default: '' },
      names: { type: 'boolean', default: false },
    },
  });
  const [path] = positionals;
  if (path === undefined) throw new Error('usage: arguments.ts API_DUMP');
  const dump = JSON.parse(readFileSync(path, 'utf8')) as Dump;
  await ready('cpu');
  const names = nameLines(dump).filter(({ where }) => where.includes(values.filter));
  const classes = values.names ? [] : await classLines(dump, values.filter);
  const lines = [...names, ...classes];
  for (const { where, by, verdict } of lines) console.log(`${verdict.padEnd(8)}${where}: ${by}`);
  const count = (list: readonly { readonly verdict: string }[], verdict: string): number =>
    list.filter((line) => line.verdict === verdict).length;
  console.log(
    `${count(names, 'there')} names there, ${count(names, 'absent')} absent for a reason`,
  );
  console.log(
    `${count(classes, 'outputs')} proven by outputs, ${count(classes, 'config')} by config, ${count(classes, 'refused')} refused, ${count(classes, 'absent')} classes absent`,
  );
  const failed = count(lines, 'failed');
  const absent = count(lines, 'absent');
  console.log(`${lines.length - failed - absent} passed, ${failed} failed, ${absent} skipped`);
  if (failed > 0 || lines.length === 0) process.exitCode = 1;
}

await main();
