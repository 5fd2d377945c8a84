import { crc32 } from '@km/core';

/** An entry as it shall stand in the archive, mistakes included. */
export interface RawEntry {
  readonly name: string;
  readonly data: Uint8Array;
  /** Bytes in the archive; those of `data` unless set. */
  readonly body?: Uint8Array;
  readonly method?: number;
  readonly flags?: number;
  readonly crc?: number;
  readonly size?: number;
  readonly mode?: number;
}

/** Builds a zip archive field by field (APPNOTE 6.3.10), independently of the library under test. */
export function makeZip(
  entries: readonly RawEntry[],
  options: { zip64?: boolean } = {},
): Uint8Array {
  const zip64 = options.zip64 ?? false;
  const out: number[] = [];
  const directory: number[] = [];
  for (const entry of entries) {
    const offset = out.length;
    append(out, [...header(entry, zip64, undefined), ...(entry.body ?? entry.data)]);
    append(directory, header(entry, zip64, offset));
  }
  const start = out.length;
  append(out, directory);
  if (zip64) append(out, zip64End(entries.length, directory.length, start));
  const [count, size, offset] = zip64
    ? [0xffff, 0xffffffff, 0xffffffff]
    : [entries.length, directory.length, start];
  append(out, [...le(0x06054b50, 4), 0, 0, 0, 0, ...le(count, 2), ...le(count, 2)]);
  append(out, [...le(size, 4), ...le(offset, 4), 0, 0]);
  return Uint8Array.from(out);
}

function header(entry: RawEntry, zip64: boolean, offset: number | undefined): number[] {
  const central = offset !== undefined;
  const name = [...new TextEncoder().encode(entry.name)];
  const size = entry.size ?? entry.data.length;
  const packed = (entry.body ?? entry.data).length;
  const sizes = [...le(size, 8), ...le(packed, 8), ...(central ? le(offset, 8) : [])];
  const extra = zip64 ? [...le(1, 2), ...le(sizes.length, 2), ...sizes] : [];
  const small = (value: number): number[] => le(zip64 ? 0xffffffff : value, 4);
  return [
    ...le(central ? 0x02014b50 : 0x04034b50, 4),
    ...(central ? [20, 3] : []),
    ...[zip64 ? 45 : 20, 0],
    ...le(entry.flags ?? 0, 2),
    ...le(entry.method ?? 0, 2),
    ...le(0x00210000, 4),
    ...le(entry.crc ?? crc32(entry.data), 4),
    ...small(packed),
    ...small(size),
    ...le(name.length, 2),
    ...le(extra.length, 2),
    ...(central
      ? [0, 0, 0, 0, 0, 0, 0, 0, ...le(entry.mode ?? 0o100644, 2), ...small(offset)]
      : []),
    ...name,
    ...extra,
  ];
}

function zip64End(count: number, size: number, start: number): number[] {
  const record = [45, 3, 45, 0, ...le(0, 8), ...le(count, 8), ...le(count, 8), ...le(size, 8)];
  return [
    ...le(0x06064b50, 4),
    ...le(record.length + 8, 8),
    ...record,
    ...le(start, 8),
    ...[...le(0x07064b50, 4), 0, 0, 0, 0, ...le(start + size, 8), 1, 0, 0, 0],
  ];
}

function append(out: number[], bytes: readonly number[]): void {
  for (const byte of bytes) out.push(byte);
}

function le(value: number, bytes: number): number[] {
  return Array.from({ length: bytes }, (_, i) => Math.floor(value / 256 ** i) % 256);
}
