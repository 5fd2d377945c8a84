/**
 * Compares packages/proto/proto with the descriptors of TensorFlow and Keras, field by field (name, number, type, label,
 * oneof): `descriptors.mjs PYTHON...`. A field that a release lacks counts as newer than it, but one of the releases must
 * have it; a field that is missing here must be named in `leftOut`.
 */
import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import protobuf from 'protobufjs';

const here = path.dirname(fileURLToPath(import.meta.url));
const sources = path.join(here, '../../packages/proto/proto');

/** What TensorFlow has, or had, and this project does not need; it travels through as unknown fields. */
const leftOut = new Set([
  'GraphDef.debug_info',
  // Removed after 2.4.
  'TrackableObjectGraph.TrackableObject.SerializedTensor.optional_restore',
  // Name of jit_compile in 2.4.
  'FunctionSpec.experimental_compile',
  // A draft of 2.10, which never wrote the file.
  'FingerprintDef.graph_def_hash',
]);

/** Messages and enums of files, in the form that descriptors.py prints. */
function own(files) {
  const tree = new protobuf.Root();
  tree.resolvePath = (_, file) => path.join(sources, path.basename(file));
  tree.loadSync(files, { keepCase: true });
  tree.resolveAll();
  const result = { messages: {}, enums: {} };
  collect(tree, result);
  return result;
}

function collect(namespace, result) {
  for (const item of namespace.nestedArray) {
    const name = item.fullName.slice(1);
    if (item instanceof protobuf.Enum) result.enums[name] = { ...item.values };
    if (item instanceof protobuf.Type)
      result.messages[name] = Object.fromEntries(
        item.fieldsArray.map((field) => [field.name, fieldOf(field)]),
      );
    if (item instanceof protobuf.Namespace) collect(item, result);
  }
}

function fieldOf(field) {
  const type = field.resolvedType ? field.resolvedType.fullName.slice(1) : field.type;
  const label = field.map ? 'map' : field.repeated ? 'repeated' : 'single';
  return {
    number: field.id,
    type: field.map ? `${field.keyType}, ${type}` : type,
    oneof: field.partOf?.name ?? null,
    label,
  };
}

function descriptorsOf(python) {
  const env = { ...process.env, CUDA_VISIBLE_DEVICES: '-1', TF_ENABLE_ONEDNN_OPTS: '0' };
  const done = spawnSync(python, [path.join(here, 'descriptors.py')], { env, encoding: 'utf8' });
  if (done.status !== 0) throw new Error(`${python}: ${done.stderr.slice(-2000)}`);
  return JSON.parse(done.stdout.trim().split('\n').at(-1));
}

/** Compares one side; `seen` collects what some release has. */
function compare(mine, theirs, seen, problems) {
  let equal = 0;
  const note = (id, ours, other) => {
    if (other === undefined) return;
    seen.add(id);
    const same = JSON.stringify(sorted(ours)) === JSON.stringify(sorted(other));
    if (same) equal++;
    else problems.push(`${id}: ${JSON.stringify(ours)}, not ${JSON.stringify(other)}`);
  };
  for (const [message, fields] of Object.entries(mine.messages)) {
    for (const [name, field] of Object.entries(fields))
      note(`${message}.${name}`, field, theirs.messages[message]?.[name]);
    for (const name of Object.keys(theirs.messages[message] ?? {})) {
      const id = `${message}.${name}`;
      if (fields[name] === undefined && !leftOut.has(id)) problems.push(`${id} is missing`);
    }
  }
  for (const [name, values] of Object.entries(mine.enums))
    for (const [value, number] of Object.entries(values))
      note(`${name}.${value}`, number, theirs.enums[name]?.[value]);
  return equal;
}

function sorted(value) {
  return typeof value === 'object' && value !== null
    ? Object.fromEntries(Object.entries(value).sort())
    : value;
}

function idsOf({ messages, enums }) {
  return [...Object.entries(messages), ...Object.entries(enums)].flatMap(([name, members]) =>
    Object.keys(members).map((member) => `${name}.${member}`),
  );
}

/** Messages of object_graph_outline.proto, and those whose fields they have, some of them still encoded. */
const OUTLINES = {
  ObjectGraphOutline: 'SavedObjectGraph',
  ObjectOutline: 'SavedObject',
  FunctionOutline: 'SavedFunction',
  ConcreteFunctionOutline: 'SavedConcreteFunction',
  BareConcreteFunctionOutline: 'SavedBareConcreteFunction',
};

/** A field of an outline as it is in the message itself, where what is encoded has its type. */
function wholeField(name, field, wanted, messages) {
  const type = field.type.replace(/\w+Outline$/, (found) => OUTLINES[found] ?? found);
  const isEncoded = type === 'bytes' && wanted?.type in messages;
  const oneof = field.oneof === `_${name}` ? null : field.oneof;
  return { ...field, oneof, type: isEncoded ? wanted.type : type };
}

/** Compares outlines with what they are outlines of; gives how many fields are equal. */
function compareOutlines({ messages }, problems) {
  const namesOf = (message) => Object.keys(messages[message]).sort().join();
  let equal = 0;
  for (const [message, whole] of Object.entries(OUTLINES)) {
    if (namesOf(message) !== namesOf(whole)) problems.push(`${message} has other fields`);
    for (const [name, field] of Object.entries(messages[message])) {
      const wanted = JSON.stringify(messages[whole][name]);
      const found = wholeField(name, field, messages[whole][name], messages);
      if (JSON.stringify(found) === wanted) equal++;
      else problems.push(`${message}.${name}: ${JSON.stringify(field)}, not ${wanted}`);
    }
  }
  return equal;
}

const keras = 'keras_metadata.proto';
const outline = 'object_graph_outline.proto';
const sides = {
  tensorflow: own(readdirSync(sources).filter((file) => file !== keras && file !== outline)),
  keras: own([keras]),
};
const failures = [];
let passed = compareOutlines(own([outline]), failures);
const seen = { tensorflow: new Set(), keras: new Set() };
for (const python of process.argv.slice(2)) {
  const theirs = descriptorsOf(python);
  const problems = [];
  for (const side of Object.keys(sides))
    passed += compare(sides[side], theirs[side], seen[side], problems);
  console.log(`TensorFlow ${theirs.version}: ${String(problems.length)} differences`);
  failures.push(...problems.map((problem) => `${theirs.version}: ${problem}`));
}
for (const side of Object.keys(sides))
  for (const id of idsOf(sides[side]))
    if (!seen[side].has(id)) failures.push(`${id} is in none of the releases of ${side}`);
for (const failure of failures) console.error(failure);
console.log(`${String(passed)} passed, ${String(failures.length)} failed, 0 skipped`);
process.exitCode = failures.length === 0 && passed > 0 ? 0 : 1;
