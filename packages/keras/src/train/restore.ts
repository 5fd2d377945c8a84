import type { Checkpoint } from '@km/checkpoint';
import type { ReadOptions, TensorMap } from '@km/core';
import { Model, type TrackableView, type Variable } from '@km/layers';
import { matchNames } from '../load/load-checkpoint.ts';
import type { LoadReport, ReportBuilder } from '../load/load-report.ts';
import { assignBound, reportRest } from '../object-graph/match.ts';
import { reachable } from '../object-graph/reachable.ts';
import { Restoration } from '../object-graph/restoration.ts';
import { keepWaiting } from '../object-graph/waiting-values.ts';
import { CheckpointStatus, type LoadStatus } from './load-status.ts';

/** The objects that are restored. */
export interface RestoredObjects {
  readonly root: object;
  readonly view: TrackableView;
  /** The checkpoint, for messages. */
  readonly shown: string;
}

/** Restores objects from an open checkpoint: by its object graph, or by the names of variables where it has none. */
export async function restoreObjects(
  { root, view, shown }: RestoredObjects,
  checkpoint: Checkpoint,
  report: ReportBuilder,
  options: ReadOptions,
): Promise<LoadStatus> {
  const { tensors } = checkpoint;
  const graph = await checkpoint.readObjectGraph(options);
  const reached = reachable(root, view);
  if (graph === undefined) {
    const variables = reached.flatMap((item) => view.variable(item) ?? []);
    await matchNames(variables, tensors, report, options);
    return byName(shown, report);
  }
  const restoration = new Restoration(graph, root, view, trainablesOf(reached));
  await assignBound(restoration, tensors, report, options);
  report.waiting.push(...(await keepWaiting(restoration, tensors, report, options)));
  reportRest(restoration, tensors, report);
  return new CheckpointStatus({
    shown,
    report,
    unresolvedKeys: () => unresolved(restoration, tensors),
    unfilled: () => restoration.unfilled().map(({ name }) => name),
    get isNontrivial() {
      return restoration.isNontrivial;
    },
  });
}

function unresolved(restoration: Restoration, tensors: TensorMap): string[] {
  return restoration.unresolvedKeys().filter((key) => tensors.has(key));
}

function byName(shown: string, report: LoadReport): LoadStatus {
  return new CheckpointStatus({
    shown,
    report,
    unresolvedKeys: () => report.extra,
    unfilled: () => report.missing,
    isNontrivial: report.matched.length > 0,
  });
}

/** An optimizer trains the model that was compiled with it, or the only model there is. */
function trainablesOf(
  reached: readonly object[],
): (optimizer: object) => readonly Variable[] | null {
  const models = reached.filter((item) => item instanceof Model);
  return (optimizer) => {
    const owner = models.find((model) => model.optimizer === optimizer) ?? outermost(models);
    return owner?.built === true ? owner.trainable_variables : null;
  };
}

function outermost(models: readonly Model[]): Model | undefined {
  const inner = new Set<object>(models.flatMap((model) => model._flatten_layers().slice(1)));
  const outer = models.filter((model) => !inner.has(model));
  return outer.length === 1 ? outer[0] : undefined;
}
