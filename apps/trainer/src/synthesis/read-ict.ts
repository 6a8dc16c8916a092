export { readIct } from '@mfim/losses-3dmm/node';
