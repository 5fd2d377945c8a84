import type { Tensor } from '@tensorflow/tfjs-core';

/** The layer calls that are running, innermost last. */
const training: boolean[] = [];
/** Losses added since the outermost call began; they outlive the scopes of the inner calls. */
const pendingLosses: Tensor[] = [];
const settings: { phase: boolean | null } = { phase: null };

/** True while some layer runs its `call`. */
export function inCall(): boolean {
  return training.length > 0;
}

/** Sets the training mode of outermost calls that are given none; `null` means inference. */
export function set_learning_phase(value: boolean | 0 | 1 | null): void {
  settings.phase = value === null ? null : Boolean(value);
}

/** The training mode that was set, 1 or 0. */
export function learning_phase(): 0 | 1 {
  return settings.phase === true ? 1 : 0;
}

/** The training mode that a call takes when its caller gives none. */
export function inheritedTraining(): boolean {
  return training.at(-1) ?? settings.phase ?? false;
}

/** Runs the `call` of a layer in a training mode that inner calls inherit. */
export function withTraining<T>(mode: boolean, run: () => T): T {
  training.push(mode);
  try {
    return run();
  } finally {
    training.pop();
    if (training.length === 0) pendingLosses.length = 0;
  }
}

/** Notes a loss, so that the scopes of the running calls hand it on. */
export function notePendingLoss(loss: Tensor): void {
  if (inCall()) pendingLosses.push(loss);
}

/** Losses noted since the outermost call began. */
export function getPendingLosses(): readonly Tensor[] {
  return pendingLosses;
}
