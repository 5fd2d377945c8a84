/** Saves and is killed before the N-th call into the file system: `crash-child KIND PATH N`. */
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { fileStore, saveDirectory } from '@km/core/node';

const [, , kind, path = '', count = ''] = process.argv;
let left = Number(count);

function countCalls(target: object, names: readonly string[]): void {
  for (const name of names) {
    const original: unknown = Reflect.get(target, name);
    if (typeof original !== 'function') throw new Error(`no function ${name}`);
    Reflect.set(target, name, function counted(this: unknown, ...args: unknown[]): unknown {
      left--;
      if (left < 0) process.kill(process.pid, 'SIGKILL');
      return original.apply(this, args);
    });
  }
}

const handle = await fs.promises.open(process.execPath, 'r');
countCalls(Object.getPrototypeOf(handle), ['write', 'sync']);
await handle.close();
left = Number(count);
countCalls(fs.promises, ['open', 'rename', 'rm', 'mkdir']);
countCalls(fs, ['renameSync']);
syncBuiltinESMExports();

const chunks = [new TextEncoder().encode('new '), new TextEncoder().encode('content')];
if (kind === 'file') {
  await fileStore(path).write('weights', chunks);
} else {
  await saveDirectory(path, async (store) => {
    await store.write('graph', chunks);
    await store.write('variables/data', chunks);
  });
}
