import { decodeProto, encodeProto } from '@km/proto';
import { BundleHeaderProto } from '@km/proto/checkpoint';
import { SavedModel } from '@km/proto/saved-model';

test('the examples of the README work', () => {
  const signatureDef = { serving_default: { methodName: 'tensorflow/serving/predict' } };
  const file = encodeProto(SavedModel, { metaGraphs: [{ signatureDef }] });
  const model = decodeProto(SavedModel, file);
  expect(Object.keys(model.metaGraphs[0]?.signatureDef ?? {})).toEqual(['serving_default']);
  const bytes = encodeProto(BundleHeaderProto, { numShards: 1, version: { producer: 1 } });
  expect(decodeProto(BundleHeaderProto, bytes).version?.producer).toBe(1);
});
