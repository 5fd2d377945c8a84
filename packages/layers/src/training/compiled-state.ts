import type { Layer } from '../engine/layer.ts';

/** Which layers are trained. */
export type TrainableState = ReadonlyMap<Layer, boolean>;

/** What is known of a model that is trained. */
interface Compiled {
  /** The layers as `compile` has seen them. */
  readonly _compiled_trainable: TrainableState | null;
  _flatten_layers(): Layer[];
}

/** Notes which layers of a model are trained. */
export function trainableState(model: Pick<Compiled, '_flatten_layers'>): TrainableState {
  return new Map(model._flatten_layers().map((layer) => [layer, layer.trainable]));
}

function set(model: Compiled, state: TrainableState): void {
  for (const layer of model._flatten_layers()) {
    const trainable = state.get(layer);
    if (trainable !== undefined && trainable !== layer.trainable) layer.trainable = trainable;
  }
}

/** Trains a model with the layers frozen that were so when it was compiled: later changes wait for the next `compile`. */
export async function asCompiled<T>(model: Compiled, train: () => Promise<T>): Promise<T> {
  const now = trainableState(model);
  const compiled = model._compiled_trainable;
  const changed = [...(compiled ?? [])].some(([layer, trainable]) => now.get(layer) === !trainable);
  if (compiled === null || !changed) return train();
  set(model, compiled);
  try {
    return await train();
  } finally {
    set(model, now);
  }
}
