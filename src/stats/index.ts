export { binEdges } from './bin-edges.js';
export { mergeHistograms, mergeStats } from './merge.js';
export { quantile } from './quantile.js';
export type { Elements, SummarizeOptions } from './summarize.js';
export { histogram, summarize } from './summarize.js';
