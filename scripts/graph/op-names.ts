/** Prints the names of all ops that the executor runs: `op-names.ts`. */
import { runnableOps } from '@km/graph';

console.log(runnableOps().join('\n'));
