/**
 * The live page of a run, served by the program that trains. For Node.
 *
 * @packageDocumentation
 */
export type { Finding, Remedy } from '../record/finding.js';
export type { RunFacts, StepRecord } from '../record/run.js';
export type { Sink } from '../record/sink.js';
export { type LiveSink, type LiveSinkOptions, liveSink } from './live-sink.js';
