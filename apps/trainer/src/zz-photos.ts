import { openFaceFinder } from '@mfim/faces';
import { readFaceNetworks } from '@mfim/faces/node';
import { onnxRuntime } from '@mfim/tensor-contracts';
import * as ort from 'onnxruntime-node';
import { preparePhotos } from './dataset/prepare-photos.ts';
const finder = await openFaceFinder(onnxRuntime(ort, {name:'cpu', sessionOptions:{intraOpNumThreads:1, interOpNumThreads:1}}), await readFaceNetworks());
const D='/work/shared/data/photos/'; const t=Date.now();
const r=await preparePhotos({finder, sources:[{name:'portraits-cc0',folder:D+'portraits-cc0',licence:'CC0 (people who do not exist)',heldOut:60},{name:'officials-2021',folder:D+'officials-2021',licence:'public domain / MIT collections (real people; never published)'}],
 outputs:[{folder:'/work/data64',size:64},{folder:'/work/data128',size:128}], onProgress:(a,b)=>{if(a%10===0)console.log(a,b,(Date.now()-t)/1000, process.cpuUsage().user/1e6);}});
console.log(JSON.stringify(r,null,1));
