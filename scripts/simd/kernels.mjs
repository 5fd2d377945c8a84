/** The functions of the module, as expressions. */
import {
  above,
  abs,
  add,
  below,
  column,
  constant,
  div,
  input,
  max,
  min,
  mul,
  nearest,
  powerOfTwo,
  scalar,
  select,
  sqrt,
  sub,
  withSign,
} from './expression.mjs';
import { columnSums, elementwise, rowSums, rowwise } from './loops.mjs';
import { packPanels, packTransposed, panelProduct } from './panels.mjs';
import { product } from './product.mjs';
import { winogradFilter, winogradInput, winogradOutput } from './winograd.mjs';

const [x, y, dy, a, b] = ['x', 'y', 'dy', 'a', 'b'].map(input);
const [low, high] = ['low', 'high'].map(scalar);

/** Evaluates a polynomial, lowest coefficient first. */
const polynomial = (at, coefficients) =>
  coefficients.reduceRight((sum, coefficient) =>
    add(mul(typeof sum === 'number' ? constant(sum) : sum, at), coefficient),
  );

/** Natural exponential of a number from −87 to 88; the polynomial is a least-squares fit of 2e-9 over ±ln 2 / 2. */
function exponential(of) {
  const power = nearest(mul(of, Math.LOG2E));
  // The logarithm of two in two parts, so that the product with the first is exact.
  const high = 0.693359375;
  const rest = sub(sub(of, mul(power, high)), mul(power, Math.LN2 - high));
  const fraction = polynomial(
    rest,
    [1, 1, 0.4999999106, 0.1666641086, 0.0416682884, 0.0083756448, 0.00138358],
  );
  return mul(fraction, powerOfTwo(power));
}

/** Hyperbolic tangent: from an exponential, near zero from a fit of (tanh x / x − 1) / x² of 1.5e-7. */
function hyperbolicTangent(of) {
  const magnitude = abs(of);
  const square = mul(of, of);
  const small = polynomial(
    square,
    [-0.3333332837, 0.1333271861, -0.0538433082, 0.0209615156, -0.0060453964],
  );
  const decay = exponential(mul(min(magnitude, 10), -2));
  const large = div(sub(1, decay), add(1, decay));
  return select(below(magnitude, 0.625), add(of, mul(mul(of, square), small)), withSign(large, of));
}

const clipped = (of) => max(min(of, high), low);

function adam() {
  const [m, v, gradient] = ['m', 'v', 'gradient'].map(input);
  const [c1, c2, alpha, epsilon] = ['c1', 'c2', 'alpha', 'epsilon'].map(scalar);
  const moment = add(m, mul(sub(gradient, m), c1));
  const square = add(v, mul(sub(mul(gradient, gradient), v), c2));
  return elementwise('adam', {
    inputs: ['x', 'm', 'v', 'gradient'],
    outputs: {
      newX: sub(x, div(mul(moment, alpha), add(sqrt(square), epsilon))),
      newM: moment,
      newV: square,
    },
    scalars: ['c1', 'c2', 'alpha', 'epsilon'],
  });
}

function rmsprop() {
  const [v, gradient] = ['v', 'gradient'].map(input);
  const [rate, rho, rest, epsilon] = ['rate', 'rho', 'rest', 'epsilon'].map(scalar);
  const square = add(mul(v, rho), mul(mul(gradient, gradient), rest));
  return elementwise('rmsprop', {
    inputs: ['x', 'v', 'gradient'],
    outputs: {
      newX: sub(x, div(mul(gradient, rate), sqrt(add(square, epsilon)))),
      newV: square,
    },
    scalars: ['rate', 'rho', 'rest', 'epsilon'],
  });
}

function sgd(name, moved) {
  const step = mul(input('gradient'), scalar('rate'));
  const moment = sub(mul(input('m'), scalar('momentum')), step);
  return elementwise(name, {
    inputs: ['x', 'm', 'gradient'],
    outputs: { newX: add(x, moved(moment, step)), newM: moment },
    scalars: ['rate', 'momentum'],
  });
}

export const kernels = [
  elementwise('clip', { inputs: ['x'], outputs: { y: clipped(x) }, scalars: ['low', 'high'] }),
  // Products, so that an infinite gradient shows as NaN also where the unit was off.
  elementwise('reluGrad', {
    inputs: ['dy', 'y'],
    outputs: { dx: mul(dy, select(above(y, 0), 1, 0)) },
  }),
  elementwise('relu6Grad', {
    inputs: ['dy', 'y'],
    outputs: { dx: mul(dy, select(above(y, 0), select(below(y, 6), 1, 0), 0)) },
  }),
  elementwise('tanh', { inputs: ['x'], outputs: { y: hyperbolicTangent(x) } }),
  adam(),
  rmsprop(),
  sgd('sgd', (moment) => moment),
  sgd('nesterov', (moment, step) => sub(mul(moment, scalar('momentum')), step)),
  // Distances from the mean, so that a large mean takes no digits from the result.
  rowwise('normalize', {
    inputs: ['x'],
    columns: ['mean', 'factor', 'offset'],
    outputs: { y: add(mul(sub(x, column('mean')), column('factor')), column('offset')) },
  }),
  rowwise('shiftClip', {
    inputs: ['x'],
    columns: ['shift'],
    outputs: { y: clipped(add(x, column('shift'))) },
    scalars: ['low', 'high'],
  }),
  rowwise('normalizeGrad', {
    inputs: ['dy', 'x'],
    columns: ['mean', 'factor', 'slope', 'offset'],
    outputs: {
      dx: add(
        add(mul(dy, column('factor')), mul(sub(x, column('mean')), column('slope'))),
        column('offset'),
      ),
    },
  }),
  product('product'),
  panelProduct('panelProduct'),
  packPanels('packPanels'),
  packTransposed('packTransposed'),
  winogradFilter('winogradFilter'),
  winogradInput('winogradInput'),
  winogradOutput('winogradOutput'),
  rowSums('rowProducts', { inputs: ['a', 'b'], value: mul(a, b) }),
  columnSums('columnSums', { inputs: ['x'], columns: [], value: x }),
  columnSums('columnProducts', {
    inputs: ['a', 'b'],
    columns: ['mean'],
    value: mul(a, sub(b, column('mean'))),
  }),
];
