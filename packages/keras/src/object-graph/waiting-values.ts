import type { ReadOptions, Tensor, TensorMap } from '@km/core';
import { on_built } from '@km/layers';
import { assignRecord } from '../load/assign.ts';
import type { ReportBuilder } from '../load/load-report.ts';
import type { Restoration } from './restoration.ts';

/** Values of a checkpoint that wait for their variables to be made. */
class WaitingValues {
  readonly #restoration: Restoration;
  readonly #values: ReadonlyMap<string, Tensor>;
  readonly #report: ReportBuilder;

  constructor(
    restoration: Restoration,
    values: ReadonlyMap<string, Tensor>,
    report: ReportBuilder,
  ) {
    this.#restoration = restoration;
    this.#values = values;
    this.#report = report;
  }

  get owners(): Iterable<object> {
    return this.#restoration.waiting;
  }

  /** Hands out the values for what has been built. */
  handOut(built: object): void {
    this.#restoration.lookAgain(built);
    for (const { key, variable } of this.#restoration.takeBindings()) {
      const record = this.#values.get(key);
      if (record !== undefined) assignRecord(variable, key, record, this.#report);
    }
  }
}

/** By the objects that they wait for, so that values go when their objects do. */
const byOwner: WeakMap<object, Set<WaitingValues>> = new WeakMap();
/** All of them, for objects that were put in place after the values had been read. */
const all: Set<WeakRef<WaitingValues>> = new Set();

/**
 * Reads the values of a checkpoint that have no variables yet and keeps them until these are made: by building a layer,
 * by the first step of an optimizer. `wanted` tells which values are worth keeping.
 */
export async function keepWaiting(
  restoration: Restoration,
  tensors: TensorMap,
  report: ReportBuilder,
  options: ReadOptions = {},
  wanted: (key: string) => boolean = () => true,
): Promise<readonly string[]> {
  const values = new Map<string, Tensor>();
  for (const key of restoration.unresolvedKeys()) {
    const tensor = tensors.get(key);
    if (tensor !== undefined && wanted(key)) values.set(key, await tensor.read(options));
  }
  if (values.size === 0) return [];
  const waiting = new WaitingValues(restoration, values, report);
  register(waiting);
  all.add(new WeakRef(waiting));
  on_built(handOut);
  return [...values.keys()];
}

function register(waiting: WaitingValues): void {
  for (const owner of waiting.owners) {
    const known = byOwner.get(owner);
    if (known === undefined) byOwner.set(owner, new Set([waiting]));
    else known.add(waiting);
  }
}

function handOut(built: object): void {
  const known = byOwner.get(built);
  for (const waiting of known ?? stillWaiting()) {
    waiting.handOut(built);
    register(waiting);
  }
}

function stillWaiting(): WaitingValues[] {
  return [...all].flatMap((reference) => {
    const waiting = reference.deref();
    if (waiting === undefined) all.delete(reference);
    return waiting ?? [];
  });
}
