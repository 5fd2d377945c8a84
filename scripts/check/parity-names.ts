import * as keras from '@km/keras';
import { builtin_layers } from '@km/layers';
import { absentName } from './parity-absent.ts';

/** What a dump says of a class or function of Keras. */
export interface DumpedName {
  readonly kind: string;
  readonly class_name?: string;
  readonly alias_of?: string;
}

/** Whether a name of Keras is there, and if not, why. */
export interface NameLine {
  readonly where: string;
  readonly by: string;
  readonly verdict: 'there' | 'absent' | 'failed';
}

/** What the package exports under a dotted name. */
function exported(path: string): unknown {
  let found: unknown = keras;
  for (const part of path.split('.')) {
    if ((typeof found !== 'object' && typeof found !== 'function') || found === null) return;
    found = Reflect.get(found, part);
  }
  return found;
}

/** The name under which a class is, when Keras has it under several: there is one here. */
function ownName(path: string, { class_name, alias_of }: DumpedName): string {
  if (alias_of !== undefined) return alias_of;
  const [module = '', ...rest] = path.split('.');
  const inner = rest.slice(0, -1).filter((part) => !/^(experimental|preprocessing)$/.test(part));
  return [module, ...inner, class_name ?? rest.at(-1) ?? ''].join('.');
}

/** Says of each name of a dump whether it is there. */
export function nameLines(dump: Readonly<Record<string, DumpedName>>): NameLine[] {
  return Object.entries(dump).map(([where, dumped]) => {
    const own = ownName(where, dumped);
    if (exported(where) !== undefined) return { where, by: where, verdict: 'there' };
    const reason = absentName(where) ?? absentName(own);
    if (reason !== undefined) return { where, by: reason, verdict: 'absent' };
    if (own !== where && exported(own) !== undefined) {
      return { where, by: `another name of ${own}`, verdict: 'there' };
    }
    const inFiles = builtin_layers().has(own.split('.').at(-1) ?? '');
    return inFiles
      ? { where, by: 'a class that files name', verdict: 'there' }
      : { where, by: 'no such name', verdict: 'failed' };
  });
}
