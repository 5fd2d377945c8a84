/** Part of a tensor: where it starts and how far it reaches on each axis. */
export interface Box {
  readonly start: readonly number[];
  readonly size: readonly number[];
}

/** Elements in memory: a typed array or an array. */
export interface Elements {
  [index: number]: unknown;
  readonly length: number;
}

/**
 * Copies a row-major box into its place in a row-major tensor, both of the same type of array; an element takes up
 * `width` places.
 */
export function copyBox(
  target: Elements,
  shape: readonly number[],
  source: Elements,
  box: Box,
  width = 1,
): void {
  const rank = shape.length;
  const row = (box.size[rank - 1] ?? 1) * width;
  const rows = row === 0 ? 0 : source.length / row;
  const position = box.size.map(() => 0);
  for (let index = 0; index < rows; index++) {
    let offset = 0;
    for (let axis = 0; axis < rank; axis++) {
      offset = offset * (shape[axis] ?? 0) + (box.start[axis] ?? 0) + (position[axis] ?? 0);
    }
    copyRow(target, offset * width, source, index * row, row);
    advance(position, box.size);
  }
}

function copyRow(
  target: Elements,
  to: number,
  source: Elements,
  from: number,
  length: number,
): void {
  if (ArrayBuffer.isView(target) && ArrayBuffer.isView(source)) {
    const size = source.byteLength / source.length;
    const bytes = new Uint8Array(source.buffer, source.byteOffset + from * size, length * size);
    new Uint8Array(target.buffer, target.byteOffset, target.byteLength).set(bytes, to * size);
    return;
  }
  for (let index = 0; index < length; index++) target[to + index] = source[from + index];
}

/** Moves to the next row: counts up all axes but the last. */
function advance(position: number[], size: readonly number[]): void {
  for (let axis = position.length - 2; axis >= 0; axis--) {
    const next = (position[axis] ?? 0) + 1;
    position[axis] = next < (size[axis] ?? 0) ? next : 0;
    if (position[axis] !== 0) return;
  }
}
