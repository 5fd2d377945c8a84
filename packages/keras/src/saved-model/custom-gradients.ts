import type { CustomGradient, CustomGradients } from '@km/graph';
import type { MetaGraph, Structure } from '@km/savedmodel';

/** The gradients that the program gave itself and that were saved with its functions, by the names in nodes. */
export function customGradients({ graph, objectGraph }: MetaGraph): CustomGradients {
  const found = new Map<string, CustomGradient>();
  for (const { registeredOpType, gradientFunc } of graph.functions.registeredGradients) {
    const refused = { function: gradientFunc, captures: [], results: [] };
    const concrete = objectGraph?.concreteFunctions.get(gradientFunc);
    const captured = concrete?.boundInputs.map((id) => objectGraph?.nodes[id]?.value);
    const captures = captured?.flatMap((value) =>
      value?.kind === 'capturedTensor' ? [value.name] : [],
    );
    if (concrete === undefined) {
      found.set(registeredOpType, { ...refused, problem: 'whose function the file lacks' });
    } else if (captures?.length !== captured?.length) {
      found.set(registeredOpType, { ...refused, problem: 'which uses variables' });
    } else {
      const results = resultsOf(concrete.outputSignature);
      found.set(registeredOpType, { function: gradientFunc, captures: captures ?? [], results });
    }
  }
  return found;
}

/** Places of the gradients among the results of the function, where there are any. */
function resultsOf(outputs: Structure): (number | null)[] {
  let next = 0;
  const items = outputs.kind === 'tuple' || outputs.kind === 'list' ? outputs.items : [outputs];
  return items.map(({ kind }) => {
    if (kind !== 'tensorSpec') return null;
    next += 1;
    return next - 1;
  });
}
