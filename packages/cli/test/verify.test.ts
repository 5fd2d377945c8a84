import { cp, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fingerprint64 } from '@km/core/fingerprint64';
import { fixturePath, listFixtures } from '@km/test-utils';
import { inFolder, km } from './support.ts';

interface Check {
  readonly group: string;
  readonly name: string;
  readonly status: string;
  readonly detail?: string;
}

interface Verification {
  readonly code: number;
  readonly passed: number;
  readonly failed: number;
  readonly checks: readonly Check[];
}

async function verify(file: string): Promise<Verification> {
  const { code, out, err } = await km(['verify', file, '--json']);
  if (out === '') throw new Error(err);
  return { code, ...JSON.parse(out) };
}

function failures({ checks }: Verification): string[] {
  return checks
    .filter(({ status }) => status === 'failed')
    .map(({ group, name, detail }) => `${group}, ${name}: ${detail}`);
}

/** Copies a fixture, changes a byte of one of its files, and verifies it. */
async function verifyDamaged(name: string, file: string, at: number): Promise<Verification> {
  let found: Verification | undefined;
  await inFolder(async (folder) => {
    const copy = path.join(folder, path.basename(name));
    await cp(fixturePath(name), copy, { recursive: true });
    const damaged = path.join(copy, file);
    const bytes = await readFile(damaged);
    const offset = at < 0 ? bytes.length + at : at;
    bytes[offset] = (bytes[offset] ?? 0) ^ 0x40;
    await writeFile(damaged, bytes);
    found = await verify(copy);
  });
  if (found === undefined) throw new Error('nothing was verified');
  return found;
}

test('every model and checkpoint that TensorFlow wrote passes', async () => {
  const names = listFixtures('models/')
    .map(({ path: name }) => name)
    .filter((name) => /\.(h5|keras|index)$|saved_model\.pb$/.test(name));
  expect(names.length).toBeGreaterThan(40);
  for (const name of names) {
    const found = await verify(fixturePath(name));
    expect({ name, code: found.code, failures: failures(found) }).toEqual({
      name,
      code: 0,
      failures: [],
    });
    expect(found.passed).toBeGreaterThan(5);
  }
});

test('a flipped bit in the values of a checkpoint is found and named', async () => {
  const found = await verifyDamaged(
    'models/tf-2.15.1/dense_ckpt',
    'weights.data-00000-of-00001',
    100,
  );
  expect(found.code).toBe(1);
  const [failure, ...more] = failures(found);
  expect(more).toEqual([]);
  expect(failure).toMatch(/^tensors, layer_with_weights-0\/kernel\/.*KM_CHECKSUM/);
});

test('a flipped bit in a .keras archive is found by its checksum', async () => {
  const found = await verifyDamaged('models/tf-2.15.1/cnn.keras', '', 20_000);
  expect(found.code).toBe(1);
  expect(failures(found).join('\n')).toMatch(/^checksums, .*KM_CHECKSUM/);
});

test('variables that were replaced do not have the fingerprint of their SavedModel', async () => {
  await inFolder(async (folder) => {
    const copy = path.join(folder, 'model');
    await cp(fixturePath('models/tf-2.15.1/dense_tf'), copy, { recursive: true });
    for (const name of ['variables.index', 'variables.data-00000-of-00001']) {
      await cp(
        fixturePath(`models/tf-2.10.1/dense_tf/variables/${name}`),
        path.join(copy, 'variables', name),
      );
    }
    const found = await verify(copy);
    expect(found.code).toBe(1);
    expect(failures(found).join('\n')).toMatch(
      /checksums, fingerprint of the variables: .*changed or replaced/,
    );
  });
});

test('a SavedModel without its variables fails', async () => {
  await inFolder(async (folder) => {
    const copy = path.join(folder, 'model');
    await cp(fixturePath('models/tf-2.10.1/dense_tf'), copy, { recursive: true });
    await rm(path.join(copy, 'variables'), { recursive: true });
    const found = await verify(copy);
    expect(failures(found).join('\n')).toMatch(
      /variables have their values \[serve\]: KM_NOT_FOUND/,
    );
  });
});

test('a state file that names a checkpoint that is gone is worth a warning', async () => {
  await inFolder(async (folder) => {
    const copy = path.join(folder, 'ckpt');
    await cp(fixturePath('models/tf-2.4.4/dense_ckpt'), copy, { recursive: true });
    await writeFile(path.join(copy, 'checkpoint'), 'model_checkpoint_path: "gone"\n');
    const { code, out } = await km(['verify', path.join(copy, 'weights')]);
    expect(code).toBe(0);
    expect(out).toMatch(/^warning +consistency +newest checkpoint +the state file names gone/m);
    expect(out).toMatch(/^\d+ passed, 0 failed, 1 warnings$/m);
  });
});

test('an architecture whose layers are connected to nothing fails', async () => {
  await inFolder(async (folder) => {
    const file = path.join(folder, 'a.json');
    const config = {
      name: 'm',
      layers: [
        {
          class_name: 'InputLayer',
          name: 'a',
          config: { name: 'a', batch_input_shape: [null, 1] },
          inbound_nodes: [],
        },
        {
          class_name: 'Dense',
          name: 'b',
          config: { name: 'b', units: 1 },
          inbound_nodes: [[['gone', 0, 0, {}]]],
        },
      ],
      input_layers: [['a', 0, 0]],
      output_layers: [['b', 0, 0]],
    };
    await writeFile(file, JSON.stringify({ class_name: 'Functional', config }));
    const found = await verify(file);
    expect(failures(found)).toEqual([
      'consistency, connections between layers: layers are connected to gone, which do not exist',
    ]);
  });
});

test('damage of any byte of a model ends in a verdict, never in a crash', async () => {
  const bytes = await readFile(fixturePath('models/tf-2.15.1/dense.keras'));
  const codes = new Set<number>();
  await inFolder(async (folder) => {
    const file = path.join(folder, 'x.keras');
    for (let at = 0; at < bytes.length; at += 397) {
      const damaged = Uint8Array.from(bytes);
      damaged[at] = (damaged[at] ?? 0) ^ 0xff;
      await writeFile(file, damaged);
      const { code, err } = await km(['verify', file]);
      expect({ at, err: /TypeError|RangeError|internal/.test(err) }).toEqual({ at, err: false });
      codes.add(code);
    }
  });
  expect([...codes].sort()).toEqual(expect.arrayContaining([1]));
});

test('fingerprints are those of FarmHash', () => {
  const text = (value: string): bigint => fingerprint64(new TextEncoder().encode(value));
  expect(text('')).toBe(0x9ae16a3b2f90404fn);
  for (const [value, expected] of FARMHASH) expect([value, text(value)]).toEqual([value, expected]);
});

/** What `tf.raw_ops.Fingerprint` of TensorFlow 2.15.1 gives, at least one for each branch of the function. */
const FARMHASH: readonly (readonly [string, bigint])[] = [
  ['a', 0xb3454265b6df75e3n],
  ['abc', 0x24a5b3a074e7f369n],
  ['hello', 0xb48be5a931380ce8n],
  ['hello world', 0x588fb7478bd6b01bn],
  ['x'.repeat(16), 0x2e1630f1fcf7781cn],
  ['0123456789abcdefghij', 0x5fdb678e878137bn],
  ['z'.repeat(32), 0x4cbbd127886c1a61n],
  [`${'y'.repeat(33)}abc`, 0xdd4ba1f0e82b128cn],
  ['w'.repeat(64), 0x3f380f640e6f07fan],
  [`${'v'.repeat(65)}q`, 0x43fb337b3a5f0a67n],
  ['u'.repeat(200), 0x68c04e4a1a6b7a41n],
  ['t'.repeat(128), 0xd0a4501cdd4e07fbn],
];
