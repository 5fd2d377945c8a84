import type { ReadOptions } from '@km/core';
import type { Place } from '../place/place.ts';
import { UsageError } from '../usage-error.ts';

/**
 * Refuses a SavedModel of which Keras noted nothing, and names what can be called in it.
 * @throws UsageError that names the signatures.
 */
export async function requireKeras({ store, key, shown }: Place, read: ReadOptions): Promise<void> {
  const { readSavedModel } = await import('@km/savedmodel');
  const saved = await readSavedModel({ store, path: key }, { signal: read.signal });
  if ((saved.kerasMetadata?.nodes.length ?? 0) > 0) return;
  const names = saved.metaGraphs.flatMap(({ signatures }) => [...signatures.keys()]);
  const callable = [...new Set(names)].filter((name) => !name.startsWith('__saved_model_')).sort();
  throw new UsageError(
    callable.length === 0
      ? `${shown} is a SavedModel without a model of Keras, and without signatures`
      : `${shown} is a SavedModel without a model of Keras: call one of its functions with km predict --signature ${callable.join(' or ')}`,
  );
}
