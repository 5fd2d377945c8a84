import { bits, integers, uniform } from '@km/test-utils';

// Values drawn by NumPy with the same formula.
test('the generator draws the same bits as NumPy', () => {
  expect([...bits(4, 7)]).toEqual([549895044, 1701095817, 806627162, 821625149]);
});

test('uniform numbers are rounded to float32', () => {
  expect([...uniform([3], 1234, -0.5, 0.25)]).toEqual([
    -0.29622167348861694, 0.10909134149551392, -0.19621877372264862,
  ]);
});

test('integers lie in their range', () => {
  expect([...integers([4], 3, 2, 9)]).toEqual([2, 3, 2, 4]);
});

test('a scalar shape draws one number', () => {
  expect(uniform([], 1)).toHaveLength(1);
});
