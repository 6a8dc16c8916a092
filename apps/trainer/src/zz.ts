import { openEngine } from './engine/open-engine.ts';
import * as tf from '@tensorflow/tfjs-core';
import { loadGraphModel } from '@tensorflow/tfjs-converter';
import { loadProgan } from './dataset/load-progan.ts';
import { generateProgan } from './dataset/progan-network.ts';
import fs from 'node:fs';
await openEngine('tensorflow');
const dir='/work/main/.cache/progan/package/progan/';
const p=await loadProgan(dir);
const j=JSON.parse(fs.readFileSync(dir+'model.json','utf8'));
const all=Buffer.concat(j.weightsManifest.flatMap((g:any)=>g.paths).map((p:string)=>fs.readFileSync(dir+p))); 
const model=await loadGraphModel(tf.io.fromMemory({modelTopology:j.modelTopology, format:j.format, weightSpecs:j.weightsManifest.flatMap((g:any)=>g.weights), weightData:all.buffer.slice(all.byteOffset,all.byteOffset+all.length)} as any));
const z=tf.randomNormal([2,512],0,1,'float32',7) as tf.Tensor2D;
const raw=model.execute({'latent_vector':z},'module_apply_default/add_27') as tf.Tensor;
const want=tf.clipByValue(tf.add(tf.mul(tf.sub(raw,0.5),0.5),0.5),0,1);
console.log('diff', tf.max(tf.abs(tf.sub(want,generateProgan(p,z)))).dataSync());
for (const B of [4,8,16,32]) for(let k=0;k<2;k++){ const t=performance.now(); const c=process.cpuUsage(); const y=generateProgan(p,tf.randomNormal([B,512])); await y.data(); y.dispose(); const u=process.cpuUsage(c); console.log(B, ((performance.now()-t)/B).toFixed(1),'ms/img cpu',((u.user+u.system)/1e3/B).toFixed(1));}
