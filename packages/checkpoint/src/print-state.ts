import type { CheckpointState } from './state.ts';

/** Prints a `checkpoint` state file as TensorFlow up to 2.15 does, which every release reads. */
export function printState({ latest, all, timestamps, lastPreserved }: CheckpointState): string {
  const lines = [
    `model_checkpoint_path: ${quote(latest)}`,
    ...all.map((path) => `all_model_checkpoint_paths: ${quote(path)}`),
    ...timestamps.map((time) => `all_model_checkpoint_timestamps: ${printDouble(time)}`),
    ...(lastPreserved === undefined
      ? []
      : [`last_preserved_timestamp: ${printDouble(lastPreserved)}`]),
  ];
  return lines.map((line) => `${line}\n`).join('');
}

const ESCAPES: ReadonlyMap<number, string> = new Map([
  [9, '\\t'],
  [10, '\\n'],
  [13, '\\r'],
  [34, '\\"'],
  [39, "\\'"],
  [92, '\\\\'],
]);

function quote(text: string): string {
  const bytes = new TextEncoder().encode(text);
  const pieces = Array.from(bytes, (byte) => {
    const letter = ESCAPES.get(byte);
    if (letter !== undefined) return letter;
    if (byte >= 32 && byte < 127) return String.fromCharCode(byte);
    return `\\${byte.toString(8).padStart(3, '0')}`;
  });
  return `"${pieces.join('')}"`;
}

function printDouble(value: number): string {
  const text = String(value);
  return /^-?\d+$/.test(text) ? `${text}.0` : text;
}
