import type { ByteSource } from '@km/core';
import { type H5Input, type H5Model, readModelH5 } from '@km/hdf5';
import type { Model } from '@km/layers';
import { buildArchitecture } from './architecture.ts';
import { compileFromText } from './compile.ts';
import type { LoadContext } from './load-context.ts';
import { matchByOrder, matchTopLevel, topLevelWeights } from './match-layers.ts';
import { loadOptimizerState } from './optimizer-state.ts';

/** Loads a whole model from HDF5: architecture, weights, compile state and optimizer state. */
export async function loadModelH5(
  input: H5Input | ByteSource,
  name: string,
  context: LoadContext,
): Promise<Model> {
  const stored = await readModelH5(input, context.read);
  const model = buildArchitecture(stored.modelConfig, {
    custom_objects: context.custom_objects,
    kerasVersion: stored.kerasVersion,
    source: name,
  });
  await matchByOrder(model, stored.layers, context.report, context.read);
  if ((stored.topLevelWeights ?? []).length > 0) {
    await matchTopLevel(
      topLevelWeights(model),
      stored.topLevelWeights ?? [],
      context.report,
      context.read,
    );
  }
  if (context.compile) await compileH5(model, stored, context);
  return model;
}

async function compileH5(model: Model, stored: H5Model, context: LoadContext): Promise<void> {
  if (stored.trainingConfig === undefined) {
    context.report.notes.push(
      'The file holds no training configuration: compile the model before training it.',
    );
    return;
  }
  compileFromText(model, stored.trainingConfig, context, stored.kerasVersion);
  await loadOptimizerState(model, stored.optimizerWeights ?? [], context.report, context.read);
}
