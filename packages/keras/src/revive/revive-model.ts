import { MalformedError } from '@km/core';
import { Model } from '@km/layers';
import type { KerasMetadata, SavedModel } from '@km/savedmodel';
import type { LoadContext } from '../load/load-context.ts';
import { metadataByNode } from './metadata.ts';
import { Reviver } from './reviver.ts';
import { readSavedObjects } from './saved-objects.ts';

/**
 * Makes the model of a SavedModel in which classes are unknown: those layers compute by their saved functions.
 * @throws MalformedError for a file without a model; UnsupportedError naming op and node for functions that cannot run.
 */
export async function reviveModel(
  saved: SavedModel,
  kerasMetadata: KerasMetadata,
  { shown, skips }: { readonly shown: string; readonly skips: boolean },
  { custom_objects, read, report }: LoadContext,
): Promise<Model> {
  const objects = await readSavedObjects(saved, skips, read);
  const metadata = metadataByNode(kerasMetadata, shown);
  const reviver = objects && new Reviver({ objects, metadata, custom_objects, report });
  const model = reviver?.layer(0);
  reviver?.noteOrigins();
  if (model instanceof Model) return model;
  throw new MalformedError(`${shown} holds a layer, not a model.`, { source: shown });
}
