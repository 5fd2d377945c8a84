import { MalformedError, NotFoundError } from '@km/core';
import type { LoadReport } from '../load/load-report.ts';

/** What became of a restoration, with the demands that a program may make of it. */
export interface LoadStatus {
  /** What matched when the checkpoint was read; values for objects that were not built then are `waiting`. */
  readonly report: LoadReport;
  /** @throws MalformedError unless every value found its object and every variable its value. */
  assert_consumed(): this;
  /** @throws MalformedError unless every variable that exists now got a value. */
  assert_existing_objects_matched(): this;
  /** @throws MalformedError when nothing but the root was found. */
  assert_nontrivial_match(): this;
  /** Says that a part is enough. What did not match stands in `report` and is never an error by itself. */
  expect_partial(): this;
}

/** What a restoration knows of itself, at any later time. */
export interface Restored {
  /** The checkpoint, for messages. */
  readonly shown: string;
  readonly report: LoadReport;
  /** Names of the tensors that no variable has taken. */
  unresolvedKeys(): readonly string[];
  /** Names of the variables that got no value. */
  unfilled(): readonly string[];
  readonly isNontrivial: boolean;
}

/** The status of a restoration that has read a checkpoint. */
export class CheckpointStatus implements LoadStatus {
  readonly report: LoadReport;
  readonly #restored: Restored;

  constructor(restored: Restored) {
    this.#restored = restored;
    this.report = restored.report;
  }

  assert_consumed(): this {
    const [key] = this.#restored.unresolvedKeys();
    if (key !== undefined) {
      throw this.#error(`Unresolved object in checkpoint: nothing took the value ${key}`);
    }
    return this.assert_existing_objects_matched();
  }

  assert_existing_objects_matched(): this {
    const names = this.#restored.unfilled();
    if (names.length === 0) return this;
    throw this.#error(
      `Found ${names.length} objects that were not bound to checkpointed values: ${names.slice(0, 10).join(', ')}`,
    );
  }

  assert_nontrivial_match(): this {
    if (this.#restored.isNontrivial) return this;
    throw this.#error('Nothing except the root object matched a checkpointed value');
  }

  expect_partial(): this {
    return this;
  }

  #error(what: string): MalformedError {
    const { shown } = this.#restored;
    return new MalformedError(
      `${what} (${shown}). Make the Checkpoint of the objects that were saved, under the same names, or call expect_partial() instead.`,
      { source: shown },
    );
  }
}

const EMPTY: LoadReport = {
  matched: [],
  missing: [],
  extra: [],
  cast: [],
  waiting: [],
  mismatched: [],
  notes: ['No checkpoint was given, so nothing was restored.'],
};

/** The status of `restore(null)`. */
export class NothingStatus implements LoadStatus {
  readonly report: LoadReport = EMPTY;

  assert_consumed(): this {
    throw nothing();
  }

  assert_existing_objects_matched(): this {
    throw nothing();
  }

  assert_nontrivial_match(): this {
    throw nothing();
  }

  expect_partial(): this {
    return this;
  }
}

function nothing(): NotFoundError {
  return new NotFoundError(
    'No checkpoint specified (save_path=null); nothing is being restored. Pass the path of a checkpoint.',
  );
}
