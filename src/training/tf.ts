import { restoreLegacyUtil } from '../core/legacy-util.js';

restoreLegacyUtil();

/** TensorFlow.js on the native engine, as every module of training takes it. */
export * from '@tensorflow/tfjs-node';
