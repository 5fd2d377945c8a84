export {
  assertClose,
  type Comparison,
  compareNumbers,
  type Numbers,
  type Tolerance,
} from './compare.ts';
export {
  type CountedRead,
  countingSource,
  countingStore,
  type ReadCounts,
} from './counting-source.ts';
export { exportedNames } from './exported-names.ts';
export {
  type Fixture,
  fixturePath,
  fixtureProblems,
  listFixtures,
  readFixture,
  repositoryRoot,
} from './fixtures.ts';
export {
  decodeGoldens,
  type GoldenCase,
  type GoldenIndexedSlices,
  type GoldenRagged,
  type GoldenSparse,
  type Goldens,
  type GoldenValue,
  isGoldenReference,
  type Json,
  type JsonObject,
  openGoldens,
} from './goldens.ts';
export {
  byteFlips,
  type HostileCase,
  type HostileOutcome,
  runHostile,
  truncations,
} from './hostile.ts';
export { bits, integers, uniform } from './numbers.ts';
