import { runnableOps } from '@km/graph';
import type { FunctionDef } from '@km/proto/saved-model';

/** Says which functions are saved again as they are although they hold an op that does not run here; null when all run. */
export function unrunnableNote(definitions: readonly FunctionDef.$Properties[]): string | null {
  const known = new Set([...runnableOps(), ...definitions.map(({ signature }) => signature?.name)]);
  const found = definitions.flatMap(({ signature, nodeDef = [] }) => {
    const node = nodeDef.find(({ op }) => !known.has(op ?? ''));
    return node === undefined ? [] : [`${signature?.name ?? ''} (${node.op ?? ''})`];
  });
  if (found.length === 0) return null;
  return `Functions of the file that the model came from are saved again as they are, though they hold ops that do not run here: ${found.join(', ')}.`;
}
