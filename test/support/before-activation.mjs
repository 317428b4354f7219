// What the last activation of a model takes, row by row: its last layer's input times its weights, if it has any. A process of its own:
// tfjs-node does not always bear to be run by two threads of one.
//   node before-activation.mjs <model.json>    rows on standard input, scores on standard output: float32, one row behind the other
import { buffer } from 'node:stream/consumers';
import { restoreLegacyUtil } from '../../dist/core/legacy-util.js';

restoreLegacyUtil();
const tf = await import('@tensorflow/tfjs-node');
const loaded = await tf.loadLayersModel(`file://${process.argv[2]}`);
const last = loaded.layers.at(-1);
const inner = tf.model({ inputs: loaded.inputs, outputs: last.input });
const bytes = await buffer(process.stdin);
const width = loaded.inputs[0].shape[1];
const rows = new Float32Array(new Uint8Array(bytes).buffer);
const hidden = inner.predict(tf.tensor2d(rows, [rows.length / width, width]));
const [kernel, bias] = last.getWeights();
const scores = kernel === undefined ? hidden : tf.matMul(hidden, kernel).add(bias);
process.stdout.write(new Uint8Array(scores.dataSync().buffer));
