import type { DirectoryHandleLike, FileHandleLike } from '@km/core';

type Node = FileHandleLike | DirectoryHandleLike;

/** A directory in memory with the errors and the atomic writes of the origin-private file system. */
export function directoryHandle(): DirectoryHandleLike {
  const children = new Map<string, Node>();
  const find = (name: string, create: boolean | undefined, make: () => Node): Node => {
    const child = children.get(name);
    if (child) return child;
    if (!create) throw new DOMException(`no ${name}`, 'NotFoundError');
    const made = make();
    children.set(name, made);
    return made;
  };
  const mismatch = (name: string): DOMException =>
    new DOMException(`${name} is of the other kind`, 'TypeMismatchError');
  return {
    kind: 'directory',
    async getDirectoryHandle(name, options) {
      const child = find(name, options?.create, directoryHandle);
      if (child.kind !== 'directory') throw mismatch(name);
      return child;
    },
    async getFileHandle(name, options) {
      const child = find(name, options?.create, fileHandle);
      if (child.kind !== 'file') throw mismatch(name);
      return child;
    },
    async removeEntry(name) {
      if (!children.delete(name)) throw new DOMException(`no ${name}`, 'NotFoundError');
    },
    async *entries() {
      yield* children;
    },
  };
}

function fileHandle(): FileHandleLike {
  let content = new Blob([]);
  return {
    kind: 'file',
    getFile: async () => content,
    async createWritable() {
      const parts: Uint8Array<ArrayBuffer>[] = [];
      return {
        write: async (chunk) => {
          parts.push(chunk);
        },
        close: async () => {
          content = new Blob(parts);
        },
        abort: async () => undefined,
      };
    },
  };
}
