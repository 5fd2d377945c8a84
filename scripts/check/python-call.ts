/** A class and its keyword arguments. */
export interface PythonCall {
  readonly class_name: string;
  readonly config: Record<string, boolean | number | string | null>;
}

/** Reads a call of a class as Python writes it, `AUC(name='auc', num_thresholds=5)`; null for a plain name. */
export function parsePythonCall(text: string): PythonCall | null {
  const [, class_name, list] = /^(\w+)\((.*)\)$/.exec(text) ?? [];
  if (class_name === undefined || list === undefined) return null;
  const parts = list === '' ? [] : list.split(/,\s*/);
  const config = parts.map((part) => {
    const [key = '', value = ''] = part.split('=');
    return [key, literal(value)] as const;
  });
  return { class_name, config: Object.fromEntries(config) };
}

function literal(text: string): boolean | number | string | null {
  if (text === 'True' || text === 'False') return text === 'True';
  if (text === 'None') return null;
  return /^['"]/.test(text) ? text.slice(1, -1) : Number(text);
}
