/** A complex number. */
export type Complex = readonly [real: number, imaginary: number];

/** A complex matrix by rows. */
export type ComplexMatrix = Complex[][];

export const ZERO: Complex = [0, 0];
export const ONE: Complex = [1, 0];

/** The sum of two numbers. */
export const plus = ([a, b]: Complex, [c, d]: Complex): Complex => [a + c, b + d];

/** The difference of two numbers. */
export const minus = ([a, b]: Complex, [c, d]: Complex): Complex => [a - c, b - d];

/** The product of two numbers. */
export const times = ([a, b]: Complex, [c, d]: Complex): Complex => [a * c - b * d, a * d + b * c];

/** A number times a real one. */
export const scaled = ([a, b]: Complex, factor: number): Complex => [a * factor, b * factor];

/** The number with the other sign of its imaginary part. */
export const conjugate = ([a, b]: Complex): Complex => [a, -b];

/** Distance from zero. */
export const sizeOf = ([a, b]: Complex): number => Math.hypot(a, b);

/** The quotient of two numbers. */
export function over(x: Complex, y: Complex): Complex {
  const size = sizeOf(y);
  return scaled(times(scaled(x, 1 / size), conjugate(y)), 1 / size);
}

/** The square root whose real part is not negative. */
export function rootOf(x: Complex): Complex {
  const size = sizeOf(x);
  const real = Math.sqrt(Math.max((size + x[0]) / 2, 0));
  const imaginary = Math.sqrt(Math.max((size - x[0]) / 2, 0));
  return [real, x[1] < 0 ? -imaginary : imaginary];
}

/** The logarithm whose imaginary part lies between −π and π. */
export const logOf = (x: Complex): Complex => [Math.log(sizeOf(x)), Math.atan2(x[1], x[0])];

/** An element; zero outside. */
export const at = (a: ComplexMatrix, row: number, column: number): Complex =>
  a[row]?.[column] ?? ZERO;

/** Makes a square matrix. */
export const complexMatrix = (
  size: number,
  element: (row: number, column: number) => Complex,
): ComplexMatrix =>
  Array.from({ length: size }, (_, i) => Array.from({ length: size }, (_e, j) => element(i, j)));

/** The product of two square matrices. */
export const product = (a: ComplexMatrix, b: ComplexMatrix): ComplexMatrix =>
  complexMatrix(a.length, (i, j) =>
    a.reduce((sum, _, k) => plus(sum, times(at(a, i, k), at(b, k, j))), ZERO),
  );

/** The conjugate matrix with rows and columns exchanged. */
export const adjoint = (a: ComplexMatrix): ComplexMatrix =>
  complexMatrix(a.length, (i, j) => conjugate(at(a, j, i)));
