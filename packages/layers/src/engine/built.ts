/** Is told of a layer or an optimizer whose variables have just been made. */
export type BuiltListener = (built: object) => void;

const state: { listener: BuiltListener | null } = { listener: null };

/** Sets who is told of layers and optimizers that have been built: values of a checkpoint may wait for them. */
export function on_built(listener: BuiltListener | null): void {
  state.listener = listener;
}

/** Tells that the variables of a layer or an optimizer have been made. */
export function noteBuilt(built: object): void {
  state.listener?.(built);
}
