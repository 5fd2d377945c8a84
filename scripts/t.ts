import { readModelH5 } from '@km/hdf5';
for (const f of process.argv.slice(2)) {
const m = await readModelH5(f);
console.log(f, m.kerasVersion, m.trainingConfig?.slice(0,200));
console.log((m.optimizerWeights??[]).slice(0,14).map(w=>w.name+' '+w.tensor.dtype+'['+w.tensor.shape+']').join('\n'), (m.optimizerWeights??[]).length);
console.log(m.layers.flatMap(l=>l.weights).slice(0,12).map(w=>w.name+'['+w.tensor.shape+']').join('\n'), m.layers.flatMap(l=>l.weights).length);
}
