import type { Layer } from './layer.ts';
import { getClassName } from './registry.ts';

/** Errors that already say in which layer they arose. */
const located = new WeakSet<Error>();

/** Runs the `call` of a layer; an error from inside says in its message which layer it was. */
export function locateErrors<T>(layer: Layer, run: () => T): T {
  try {
    return run();
  } catch (error) {
    if (error instanceof Error && !located.has(error)) {
      located.add(error);
      error.message += `\n\nThis arose while layer "${layer.name}" (type ${getClassName(layer)}) was called.`;
    }
    throw error;
  }
}
