import { readFileSync, writeFileSync } from 'node:fs';
import { detectDialect, parseConfig, printConfig, readModelConfig, upgradeModelConfig, upgradeTrainingConfig, toWidestForm, toKerasV3 } from '@km/keras-config';
const list=JSON.parse(readFileSync('/tmp/o/corpus-configs.json'));const outs=[];
for (const [p,a,kv,t] of list) { const v=parseConfig(t);
 try { if (a!=='training_config')  { const u=upgradeModelConfig(v,{kerasVersion:kv??undefined}); readModelConfig(u); outs.push([p,printConfig(toKerasV3(u)),printConfig(toWidestForm(u))]); } } catch(e){} }
writeFileSync('/tmp/o/upgraded.json',JSON.stringify(outs));
