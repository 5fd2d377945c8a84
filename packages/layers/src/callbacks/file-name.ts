import type { Logs } from '../training/types.ts';

const FIELD = /\{(\w+)(?::(0?)(\d*)(?:\.(\d+))?([dfeg]?))?\}/g;

/**
 * Fills the fields of a file name, `{epoch:02d}` or `{val_loss:.2f}`, as Python's `str.format` does.
 * @throws TypeError for a field that no result has.
 */
export function formatFileName(pattern: string, fields: Logs): string {
  return pattern.replaceAll(
    FIELD,
    (_, name: string, zero?: string, width?: string, precision?: string, type?: string) => {
      const value = Object.hasOwn(fields, name) ? fields[name] : undefined;
      if (typeof value !== 'number') {
        throw new TypeError(
          `Failed to format the file name '${pattern}': there is no result '${name}'. Available are: ${Object.keys(fields).join(', ')}.`,
        );
      }
      const text = formatNumber(value, precision === undefined ? null : Number(precision), type);
      return text.padStart(Number(width ?? 0), zero === '0' ? '0' : ' ');
    },
  );
}

function formatNumber(value: number, precision: number | null, type: string | undefined): string {
  switch (type) {
    case 'd':
      return String(Math.trunc(value));
    case 'f':
      return value.toFixed(precision ?? 6);
    case 'e':
      return exponent(value.toExponential(precision ?? 6));
    default:
      return precision === null
        ? String(value)
        : exponent(String(Number(value.toPrecision(precision))));
  }
}

/** Python writes exponents with two digits at least. */
const exponent = (text: string): string =>
  text.replace(/e([+-])(\d)$/, (_, sign: string, digit: string) => `e${sign}0${digit}`);
