import { assertClose, compareNumbers } from '@km/test-utils';

test('equal numbers have no largest difference', () => {
  expect(compareNumbers([1, Number.NaN, Infinity], [1, Number.NaN, Infinity])).toMatchObject({
    ok: true,
    maxDifference: 0,
    index: -1,
  });
});

test('a difference within rtol and atol is accepted and told', () => {
  const result = compareNumbers([1, 100.5], [1, 100], { rtol: 0.004, atol: 0.1 });
  expect(result).toMatchObject({ ok: true, maxDifference: 0.5, index: 1, mismatches: 0 });
});

test('a difference just beyond the bound is refused', () => {
  const result = compareNumbers([1, 100.5001], [1, 100], { rtol: 0.004, atol: 0.1 });
  expect(result).toMatchObject({ ok: false, index: 1, mismatches: 1 });
});

test.each([
  ['NaN where a number is expected', Number.NaN, 1],
  ['a number where NaN is expected', 1, Number.NaN],
  ['the other infinity', -Infinity, Infinity],
  ['a number where an infinity is expected', 1e300, Infinity],
  ['an infinity where a number is expected', Infinity, 1],
])('%s is refused whatever the tolerance', (_name, actual, expected) => {
  const result = compareNumbers([actual], [expected], { rtol: 1, atol: 1e308 });
  expect(result).toMatchObject({ ok: false, maxDifference: Infinity, index: 0 });
});

test('64-bit integers are compared exactly', () => {
  expect(compareNumbers([2n ** 60n + 1n], [2n ** 60n])).toMatchObject({ ok: false, index: 0 });
  expect(compareNumbers([5n], [5n]).ok).toBe(true);
});

test('another count is refused', () => {
  expect(compareNumbers([1], [1, 2])).toMatchObject({
    ok: false,
    message: '1 numbers, expected 2',
  });
});

test('assertClose names what differs and where', () => {
  expect(() => assertClose([0, 2], [0, 1], { atol: 0.5 }, 'kernel')).toThrow(
    /^kernel: max difference 1 at 1: 2, expected 1; 1 of 2 beyond/,
  );
});
