import type { Structure } from '@km/savedmodel';
import { pythonClass, pythonRepr, pythonStr } from './python-text.ts';

/** What a trace takes, as `saved_model_cli` prints it; arguments by name only have no more than their names there. */
export function argumentLines(signature: Structure, option: number): string[] {
  const [positional, named] = itemsOf(signature);
  const values = itemsOf(positional);
  const names = named?.kind === 'dict' ? [...named.entries.keys()] : [];
  return [
    ...(values.length === 0 ? [] : [`    Option #${option}`, '      Callable with:']),
    ...values.flatMap((value, i) => [`        Argument #${i + 1}`, ...valueLines(value)]),
    ...names.flatMap((name, i) => [`        Named Argument #${i + 1}`, `          ${name}`]),
  ];
}

function itemsOf(value: Structure | undefined): readonly Structure[] {
  return value?.kind === 'tuple' || value?.kind === 'list' ? value.items : [];
}

function valueLines(value: Structure): string[] {
  if (value.kind === 'string') return [`          ${value.value}`];
  if (value.kind === 'tensorSpec') {
    return [`          ${value.name === '' ? 'None' : value.name}: ${pythonRepr(value)}`];
  }
  return [`          DType: ${pythonClass(value)}`, `          Value: ${valueText(value)}`];
}

/** The two last characters of a list are taken back with backspaces, which stay in the output. */
function valueText(value: Structure): string {
  switch (value.kind) {
    case 'list':
    case 'tuple':
      return `[${value.items.map((item) => `${quoted(item)}, `).join('')}\b\b]`;
    case 'namedTuple':
      return `[${[...value.entries.values()].map((item) => `${quoted(item)}, `).join('')}\b\b]`;
    case 'shape':
      return `[${(value.shape ?? []).map((size) => `${size ?? 'None'}, `).join('')}\b\b]`;
    case 'dict':
      return `{${[...value.entries].map(([key, item]) => `'${key}': ${quoted(item)}, `).join('')}\b\b}`;
    default:
      return pythonStr(value);
  }
}

function quoted(value: Structure): string {
  return value.kind === 'string' ? `'${value.value}'` : pythonStr(value);
}
