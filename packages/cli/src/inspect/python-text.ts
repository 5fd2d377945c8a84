import type { PartialShape, Structure } from '@km/savedmodel';

/** Writes text as a literal of Python. */
export function pythonString(text: string): string {
  const quote = text.includes("'") && !text.includes('"') ? '"' : "'";
  const escaped = text
    .replace(/\\/g, '\\\\')
    .replaceAll(quote, `\\${quote}`)
    .replace(/\n/g, '\\n')
    .replace(/\r/g, '\\r')
    .replace(/\t/g, '\\t');
  return `${quote}${escaped}${quote}`;
}

/** Writes a value as `repr` of Python does. */
export function pythonRepr(value: Structure): string {
  switch (value.kind) {
    case 'string':
      return pythonString(value.value);
    case 'bool':
      return value.value ? 'True' : 'False';
    case 'int':
      return String(value.value);
    case 'float':
      return pythonFloat(value.value);
    case 'dtype':
      return `tf.${value.dtype}`;
    case 'shape':
      return `TensorShape(${shapeRepr(value.shape)})`;
    case 'tensorSpec':
      return `TensorSpec(shape=${shapeText(value.shape)}, dtype=tf.${value.dtype}, name=${value.name === '' ? 'None' : pythonString(value.name)})`;
    case 'typeSpec':
      return `${value.className}(${itemsText(value.state)})`;
    case 'list':
      return `[${itemsText(value)}]`;
    case 'tuple':
      return `(${itemsText(value)}${value.items.length === 1 ? ',' : ''})`;
    case 'dict':
      return `{${[...value.entries].map(([key, item]) => `${pythonString(key)}: ${pythonRepr(item)}`).join(', ')}}`;
    case 'namedTuple':
      return `${value.name}(${[...value.entries].map(([key, item]) => `${key}=${pythonRepr(item)}`).join(', ')})`;
    default:
      return 'None';
  }
}

/** Writes a value as `str` of Python does. */
export function pythonStr(value: Structure): string {
  if (value.kind === 'string') return value.value;
  if (value.kind === 'dtype') return `<dtype: '${value.dtype}'>`;
  return value.kind === 'shape' ? shapeText(value.shape) : pythonRepr(value);
}

/** Class of a value in Python. */
export function pythonClass(value: Structure): string {
  switch (value.kind) {
    case 'string':
      return 'str';
    case 'dtype':
      return 'DType';
    case 'shape':
      return 'TensorShape';
    case 'tensorSpec':
      return 'TensorSpec';
    case 'typeSpec':
      return value.className;
    case 'namedTuple':
      return value.name;
    case 'none':
    case 'unset':
      return 'NoneType';
    default:
      return value.kind;
  }
}

function pythonFloat(value: number): string {
  if (Number.isNaN(value)) return 'nan';
  if (!Number.isFinite(value)) return value > 0 ? 'inf' : '-inf';
  const size = Math.abs(value);
  if (size !== 0 && (size < 1e-4 || size >= 1e16)) {
    return value.toExponential().replace(/e([+-])(\d)$/, 'e$10$2');
  }
  if (Object.is(value, -0)) return '-0.0';
  return Number.isInteger(value) ? `${BigInt(value)}.0` : String(value);
}

function shapeText(shape: PartialShape): string {
  if (shape === null) return '<unknown>';
  const sizes = shape.map((size) => size ?? 'None');
  return `(${sizes.join(', ')}${sizes.length === 1 ? ',' : ''})`;
}

function shapeRepr(shape: PartialShape): string {
  return shape === null ? 'None' : `[${shape.map((size) => size ?? 'None').join(', ')}]`;
}

function itemsText(value: Structure): string {
  const items = value.kind === 'list' || value.kind === 'tuple' ? value.items : [value];
  return items.map(pythonRepr).join(', ');
}
