import { InputLayer, type InputLayerConfig } from '../../src/index.ts';
import { subject } from './other-subject.ts';
import { pair, refused, type Subject } from './subject.ts';

const SPECS = 'a shape and a dtype say all that tfjs can take';

/** Inputs of models. */
export const INPUT_LAYERS: readonly Subject[] = [
  subject(
    'InputLayer',
    { input_shape: [3] },
    {
      input_shape: pair([3], [4, null]),
      batch_size: pair(null, 2),
      dtype: pair('float32', 'int32'),
      sparse: pair(false, true),
      ragged: pair(false, true),
      name: pair('first', 'second'),
      input_tensor: refused([1, 2], /input_tensor/, SPECS),
      type_spec: refused({ shape: [3] }, /type_spec/, SPECS),
    },
    (args, seen) => {
      const made = new InputLayer(args as InputLayerConfig);
      const { shape, dtype, sparse, ragged } = made.output as unknown as Record<string, unknown>;
      seen.set('output', JSON.stringify([shape, dtype, sparse, ragged]));
      return made;
    },
  ),
];
