import { MalformedError } from '@km/core';
import { encodeProto } from '@km/proto';
import { SavedModel, SavedObjectGraph } from '@km/proto/saved-model';
import { decodeSavedObjectGraph } from '../src/decode-object-graph.ts';
import { encodeFingerprint } from '../src/encode-fingerprint.ts';
import { encodeSavedObjectGraph } from '../src/encode-object-graph.ts';
import { decodeFingerprint } from '../src/fingerprint.ts';
import { modelStore, VERSIONS } from './support.ts';

async function bytesOf(model: string, file: string): Promise<Uint8Array> {
  const source = await modelStore(model).open(file);
  if (source === undefined) throw new Error(`${file} is missing`);
  return source.read(0, source.byteLength);
}

const OBJECT_MODELS = VERSIONS.flatMap((version) => [`${version}/keras`, `${version}/module`]);

test.each(OBJECT_MODELS)('the objects of %s are encoded as they were read', async (name) => {
  const model = SavedModel.decode(await bytesOf(name, 'saved_model.pb'));
  const proto = model.metaGraphs[0]?.objectGraphDef;
  if (!proto) throw new Error('no objects');
  const again = encodeSavedObjectGraph(
    decodeSavedObjectGraph(encodeProto(SavedObjectGraph, proto), name),
  );
  expect(encodeProto(SavedObjectGraph, again)).toEqual(encodeProto(SavedObjectGraph, proto));
});

test.each(['keras', 'module'])('the fingerprint of %s is the one of TensorFlow', async (name) => {
  const model = `tf-2.15.1/${name}`;
  const proto = SavedModel.decode(await bytesOf(model, 'saved_model.pb'));
  const [metaGraph] = proto.metaGraphs;
  if (metaGraph === undefined) throw new Error('no graph');
  const fingerprint = encodeFingerprint({
    savedModel: encodeProto(SavedModel, proto),
    metaGraph,
    variablesIndex: await bytesOf(model, 'variables/variables.index'),
  });
  const stored = decodeFingerprint(await bytesOf(model, 'fingerprint.pb'), name);
  expect(decodeFingerprint(fingerprint, name)).toEqual(stored);
});

test('functions without a number at the end of their name have no fingerprint', () => {
  const metaGraph = { objectGraphDef: { concreteFunctions: { plain: {} } } };
  const none = new Uint8Array();
  expect(() => encodeFingerprint({ savedModel: none, metaGraph, variablesIndex: none })).toThrow(
    MalformedError,
  );
});
