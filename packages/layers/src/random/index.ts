export { newInitializerSeed, set_random_seed } from './global-seed.ts';
export { PythonRandom } from './python-random.ts';
export { RandomGenerator } from './random-generator.ts';
export { shuffledIndices } from './shuffle.ts';
export {
  type SeedPair,
  statelessNormal,
  statelessTruncatedNormal,
  statelessUniform,
} from './stateless.ts';
