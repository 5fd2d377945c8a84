/** The parts of Python's format specification for numbers: `[[fill]align][sign][#][0][width][,][.precision][type]`. */
const SPEC = /^(?:(.)?([<>=^]))?([-+ ])?(#)?(0)?(\d+)?([,_])?(?:\.(\d+))?([deEfFgGn%])?$/u;

interface Spec {
  readonly fill: string;
  readonly align: string;
  readonly sign: string;
  readonly alternate: boolean;
  readonly width: number;
  readonly grouping: string;
  readonly precision: number | null;
  readonly type: string;
}

/** JavaScript prints so many digits after the point at most. */
const MAX_DIGITS = 100;
/** Wider fields are a mistake. */
const MAX_WIDTH = 1000;

function parseSpec(text: string): Spec {
  const match = SPEC.exec(text);
  const [, fill, align, sign, alternate, zero, width, grouping, precision, type] = match ?? [];
  const digits = precision === undefined ? null : Number(precision);
  if (match === null || (digits ?? 0) > MAX_DIGITS || Number(width ?? 0) > MAX_WIDTH) {
    throw new TypeError(`'${text}' is no format of a number.`);
  }
  return {
    fill: fill ?? (zero === undefined ? ' ' : '0'),
    align: align ?? (zero === undefined ? '>' : '='),
    sign: sign ?? '-',
    alternate: alternate !== undefined,
    width: Number(width ?? 0),
    grouping: grouping ?? '',
    precision: digits,
    type: type ?? '',
  };
}

/**
 * Formats a number as Python's `format` does. `whole` says that it is an `int` there and not a `float`.
 * @throws TypeError for a format that Python does not have for such a number.
 */
export function formatNumber(value: number, text: string, whole: boolean): string {
  const spec = parseSpec(text);
  if (whole ? spec.type === '' && spec.precision !== null : spec.type === 'd') {
    throw new TypeError(`'${text}' is no format of ${whole ? 'a whole number' : 'a float'}.`);
  }
  const negative = value < 0 || Object.is(value, -0);
  const digits = digitsOf(Math.abs(value), spec, whole);
  const sign = negative ? '-' : spec.sign === '-' ? '' : spec.sign;
  return pad(sign, grouped(digits, spec.grouping), spec);
}

function digitsOf(value: number, spec: Spec, whole: boolean): string {
  const upper = /[EFG]/.test(spec.type);
  const lower = Number.isFinite(value) ? finite(value, spec, whole) : notFinite(value, spec);
  return upper ? lower.toUpperCase() : lower;
}

function notFinite(value: number, { type }: Spec): string {
  return (Number.isNaN(value) ? 'nan' : 'inf') + (type === '%' ? '%' : '');
}

function finite(value: number, { type, precision, alternate }: Spec, whole: boolean): string {
  const digits = precision ?? 6;
  switch (type.toLowerCase()) {
    case 'f':
      return fixed(value, digits);
    case '%':
      return `${fixed(value * 100, digits)}%`;
    case 'e':
      return scientificOf(value, digits);
    case 'g':
      return general(value, digits, false, alternate);
    case 'n':
      return whole ? String(value) : general(value, digits, false, alternate);
    default:
      if (whole) return String(value);
      return precision === null ? shortest(value) : general(value, precision, true, alternate);
  }
}

/** Fixed digits after the point. */
function fixed(value: number, digits: number): string {
  // From here on `toFixed` gives up, and floats are whole.
  if (value >= 1e21) return String(BigInt(value)) + (digits > 0 ? `.${'0'.repeat(digits)}` : '');
  const more = Math.min(MAX_DIGITS, digits + TIE_DIGITS);
  return tiedToEven(value.toFixed(digits), value.toFixed(more), more - digits);
}

/** One digit before the point and as many after it as asked for. */
function scientificOf(value: number, digits: number): string {
  const more = Math.min(MAX_DIGITS, digits + TIE_DIGITS);
  const [mantissa = '', power = ''] = value.toExponential(digits).split('e');
  const [exact = ''] = value.toExponential(more).split('e');
  return exponential(`${tiedToEven(mantissa, exact, more - digits)}e${power}`);
}

/** So many more digits show whether a float lies halfway. */
const TIE_DIGITS = 25;

/** A tie goes to the even digit, while JavaScript rounds it up. */
function tiedToEven(rounded: string, exact: string, added: number): string {
  const cut = exact.length - added;
  const kept = exact.slice(0, cut).replace(/\.$/, '');
  return /^\.?50*$/.test(exact.slice(cut)) && Number(kept.at(-1)) % 2 === 0 ? kept : rounded;
}

/** Python writes exponents with two digits at least. */
function exponential(text: string): string {
  return text.replace(/e([+-])(\d)$/, 'e$10$2');
}

/** As many significant digits as asked for, in the shorter notation. */
function general(value: number, precision: number, dot: boolean, alternate: boolean): string {
  const count = Math.max(1, precision);
  const scientific = scientificOf(value, count - 1);
  const exponent = Number(scientific.slice(scientific.indexOf('e') + 1));
  const strip = (text: string): string => {
    if (alternate) return text.includes('.') ? text : `${text}.`;
    return text.includes('.') ? text.replace(/\.?0+$/, '') : text;
  };
  if (exponent < -4 || exponent >= count - (dot ? 1 : 0)) {
    const [mantissa = '', power = ''] = scientific.split('e');
    return exponential(`${strip(mantissa)}e${power}`);
  }
  const text = strip(fixed(value, Math.max(0, count - 1 - exponent)));
  return dot && !text.includes('.') ? `${text}.0` : text;
}

/** The fewest digits that give the float again, as `repr` prints them. */
function shortest(value: number): string {
  const [mantissa = '', power = ''] = value.toExponential().split('e');
  const exponent = Number(power);
  if (exponent < -4 || exponent >= 16) return exponential(`${mantissa}e${power}`);
  const places = mantissa.replace('.', '').length - 1 - exponent;
  return value.toFixed(Math.max(1, places));
}

function grouped(digits: string, separator: string): string {
  if (separator === '') return digits;
  const [, whole = '', rest = ''] = /^(\d*)(.*)$/.exec(digits) ?? [];
  return whole.replace(/\B(?=(\d{3})+$)/g, separator) + rest;
}

function pad(sign: string, digits: string, { fill, align, width }: Spec): string {
  const text = sign + digits;
  const missing = Math.max(0, width - text.length);
  const filled = (count: number): string => fill.repeat(count);
  switch (align) {
    case '<':
      return text + filled(missing);
    case '^':
      return filled(Math.floor(missing / 2)) + text + filled(Math.ceil(missing / 2));
    case '=':
      return sign + filled(missing) + digits;
    default:
      return filled(missing) + text;
  }
}
