import type { Logs } from '../training/types.ts';
import { formatNumber } from './number-format.ts';

const FIELD = /\{\{|\}\}|\{([^{}]*)\}|[{}]/g;

/**
 * Fills the fields of a file name, `{epoch:02d}` or `{val_loss:.2f}`, as Python's `str.format` does. `counters` are
 * whole numbers, `logs` floats.
 * @throws TypeError for a field that no result has, or a format that Python does not have.
 */
export function formatFileName(
  pattern: string,
  counters: Readonly<Record<string, number>>,
  logs: Logs = {},
): string {
  const fail = (what: string): TypeError =>
    new TypeError(`Failed to format the file name '${pattern}': ${what}`);
  return pattern.replaceAll(FIELD, (found, field?: string) => {
    if (found === '{{' || found === '}}') return found[0] ?? '';
    if (field === undefined) throw fail(`there is a single '${found}'; write it twice.`);
    const [name = '', format = ''] = split(field);
    const whole = Object.hasOwn(counters, name);
    const value = whole ? counters[name] : Object.hasOwn(logs, name) ? logs[name] : undefined;
    if (typeof value !== 'number') {
      const known = [...Object.keys(counters), ...Object.keys(logs)].join(', ');
      throw fail(`there is no result '${name}'. Available are: ${known}.`);
    }
    return formatNumber(value, format, whole);
  });
}

function split(field: string): readonly string[] {
  const at = field.indexOf(':');
  return at < 0 ? [field] : [field.slice(0, at), field.slice(at + 1)];
}
