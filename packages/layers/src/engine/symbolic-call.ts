import { assertInputCompatibility, type SpecSubject } from './input-spec.ts';
import type { Symbolic } from './keras-tensor.ts';
import type { Layer } from './layer.ts';
import { nameScope } from './names.ts';
import { Node } from './node.ts';
import { callSpecOf } from './tensor-shapes.ts';
import type { ApplyArgs, Nested, Shape } from './types.ts';

/** The arguments as a caller meant them: those that are absent, and a training mode of `null`, say nothing. */
function statedArgs(args: ApplyArgs): ApplyArgs {
  const stated = Object.entries(args).filter(
    ([key, value]) => value !== undefined && !(value === null && key === 'training'),
  );
  return Object.fromEntries(stated);
}

/** Calls a layer on symbolic tensors: builds it, finds its outputs and notes the call. */
export function applySymbolic(layer: Layer, inputs: unknown, args: ApplyArgs): Symbolic {
  const kwargs = statedArgs(args);
  if (layer.input_spec !== null) {
    assertInputCompatibility(layer.input_spec, inputs as Nested<SpecSubject>, layer.name);
  }
  layer._call_spec ??= callSpecOf(inputs, kwargs);
  nameScope(layer.name, () => {
    layer._maybe_build(inputs as Nested<{ readonly shape: Shape }>);
  });
  const outputs = layer._infer_outputs(inputs, kwargs);
  new Node(layer, inputs, kwargs, outputs);
  return outputs;
}
