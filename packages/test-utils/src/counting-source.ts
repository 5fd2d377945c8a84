import type { ByteSource, ReadableStore } from '@km/core';

/** One read of a counted source. */
export interface CountedRead {
  readonly name: string;
  readonly start: number;
  readonly end: number;
}

/** What was read through a counted source or store since it was made or last cleared. */
export interface ReadCounts {
  /** Reads in the order of their calls. */
  readonly reads: readonly CountedRead[];
  /** Bytes of all reads together. */
  readonly bytes: number;
  /** Forgets the reads. */
  clear(): void;
}

class Counter implements ReadCounts {
  reads: CountedRead[] = [];

  get bytes(): number {
    return this.reads.reduce((sum, { start, end }) => sum + end - start, 0);
  }

  clear(): void {
    this.reads = [];
  }

  wrap(source: ByteSource): ByteSource {
    return {
      name: source.name,
      byteLength: source.byteLength,
      read: (start, end, options) => {
        this.reads.push({ name: source.name, start, end });
        return source.read(start, end, options);
      },
    };
  }
}

/** Wraps a source and counts what is read from it. */
export function countingSource(source: ByteSource): {
  readonly source: ByteSource;
  readonly counts: ReadCounts;
} {
  const counts = new Counter();
  return { source: counts.wrap(source), counts };
}

/** Wraps a store and counts what is read from its objects. */
export function countingStore(store: ReadableStore): {
  readonly store: ReadableStore;
  readonly counts: ReadCounts;
  /** Keys that were opened, in order. */
  readonly opened: readonly string[];
} {
  const counts = new Counter();
  const opened: string[] = [];
  const list = store.list?.bind(store);
  const counted: ReadableStore = {
    async open(key, options) {
      opened.push(key);
      const source = await store.open(key, options);
      return source && counts.wrap(source);
    },
    ...(list && { list }),
  };
  return { store: counted, counts, opened };
}
