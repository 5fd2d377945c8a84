import { nodePlatform } from './node-platform.ts';
import { usePlatform } from './paths/platform.ts';

export * from './index.ts';

usePlatform(nodePlatform);
