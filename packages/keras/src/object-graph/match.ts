import type { ObjectGraph } from '@km/checkpoint';
import { NotFoundError, type TensorMap } from '@km/core';
import { type AssignOptions, assignStored } from '../load/assign.ts';
import type { ReportBuilder } from '../load/load-report.ts';
import { pairEntries, setVocabulary, tokensOfTensor } from '../load/vocabulary.ts';
import type { Restoration } from './restoration.ts';

/**
 * Reads the values of a checkpoint for which the program has variables, and assigns them.
 * @throws MalformedError when shapes differ; NotFoundError when the checkpoint lacks a tensor that its graph names.
 */
export async function assignBound(
  restoration: Restoration,
  tensors: TensorMap,
  report: ReportBuilder,
  options: AssignOptions = {},
): Promise<void> {
  for (const { key, variable } of restoration.takeBindings()) {
    const tensor = tensors.get(key);
    if (tensor === undefined) throw new NotFoundError(`The checkpoint has no tensor ${key}.`);
    await assignStored(variable, { name: key, tensor }, report, options);
  }
  for (const { keys, values, table } of restoration.takeTables()) {
    const [tokens, numbers] = [tensors.get(keys), tensors.get(values)];
    if (tokens === undefined || numbers === undefined || tokens.byteLength === 0) continue;
    const entries = pairEntries(
      tokensOfTensor(await tokens.read(options)),
      tokensOfTensor(await numbers.read(options)),
    );
    setVocabulary(table.layer, entries);
    report.matched.push({ stored: keys, variable: `${table.layer.name}/vocabulary` });
  }
}

/** Notes in a report what has a value on one side only. */
export function reportRest(
  restoration: Restoration,
  tensors: TensorMap,
  report: ReportBuilder,
): void {
  report.extra.push(...restoration.unresolvedKeys().filter((key) => tensors.has(key)));
  report.missing.push(...restoration.unfilled().map(({ name }) => name));
}

/** Names of all tensors that a graph has values of. */
export function keysOf(graph: ObjectGraph): string[] {
  return graph.nodes.flatMap(({ attributes }) => attributes.map(({ key }) => key));
}
