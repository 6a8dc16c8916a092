import { openEngine } from './engine/open-engine.ts';
import { generateFaces } from './dataset/generate-faces.ts';
await openEngine('tensorflow'); const t=Date.now();
await generateFaces({proganFolder:'/work/main/.cache/progan/package/progan', folder:'/work/data64-raw', count:9000, seed:1, batch:16, onProgress:n=>{ if(n%160===0) console.log(n, (Date.now()-t)/1000); }});
