export { type BrowserFileOptions, browserFile, type FileHandle } from './browser-file.js';
export { type EventFile, eventFileName } from './event-file.js';
export { type EventWriter, eventWriter } from './event-writer.js';
export { type FileSystem, nodeFile } from './node-file.js';
export type { Bucket, Summary } from './summary.js';
export { type SummaryWriter, type TensorBoardSinkOptions, tensorBoardSink } from './tensor-board-sink.js';
