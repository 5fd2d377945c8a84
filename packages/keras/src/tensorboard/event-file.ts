import { crc32c, maskCrc } from '@km/checkpoint';
import { joinChunks, type Store } from '@km/core';
import { encodeProto } from '@km/proto';
import { Event } from '@km/proto/event';

/** Bytes that wait in memory at most. */
const FLUSH_BYTES = 1 << 16;

/** Frames bytes as a record of TensorFlow: length, its checksum, the bytes, their checksum. */
export function encodeRecord(data: Uint8Array): Uint8Array {
  const record = new Uint8Array(8 + 4 + data.length + 4);
  const view = new DataView(record.buffer);
  view.setBigUint64(0, BigInt(data.length), true);
  view.setUint32(8, maskCrc(crc32c(record.subarray(0, 8))), true);
  record.set(data, 12);
  view.setUint32(12 + data.length, maskCrc(crc32c(data)), true);
  return record;
}

/** Writes the events of a run into a file that TensorBoard reads, also while it grows. */
export class EventFile {
  readonly #store: Store;
  readonly #key: string;
  readonly #now: () => number;
  #pending: Uint8Array[] = [];
  #size: number = 0;
  /** All records, for a store that cannot append. */
  readonly #written: Uint8Array[] = [];

  /** Begins a file under a key; `now` gives the time in seconds since 1970. */
  constructor(store: Store, key: string, now: () => number = systemClock) {
    this.#store = store;
    this.#key = key;
    this.#now = now;
    this.add({ fileVersion: 'brain.Event:2', sourceMetadata: { writer: '@km/keras' } });
  }

  /** Adds an event at the present time; `flush` writes it. */
  add(event: Event.$Properties): void {
    const record = encodeRecord(encodeProto(Event, { ...event, wallTime: this.#now() }));
    this.#pending.push(record);
    this.#size += record.length;
  }

  /** Whether enough events wait for a flush in the middle of an epoch. */
  get isFull(): boolean {
    return this.#size >= FLUSH_BYTES;
  }

  /** Writes the events that were added. */
  async flush(): Promise<void> {
    if (this.#pending.length === 0) return;
    const bytes = await joinChunks(this.#pending);
    this.#pending = [];
    this.#size = 0;
    if (this.#store.append !== undefined) return this.#store.append(this.#key, bytes);
    this.#written.push(bytes);
    await this.#store.write(this.#key, this.#written);
  }
}

function systemClock(): number {
  return Date.now() / 1000;
}
