import { set_learning_phase } from './call-context.ts';
import { resetNames } from './names.ts';

/** Starts afresh: the next dense layer is `dense` again, and no learning phase is set. */
export function clear_session(): void {
  resetNames();
  set_learning_phase(null);
}
