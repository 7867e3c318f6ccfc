/**
 * The picture of a training run: as a file, and live in a page.
 *
 * @packageDocumentation
 */
export type { Finding, Remedy, Report } from '../record/finding.js';
export { type DashboardSource, type HostElement, mountDashboard } from './mount-dashboard.js';
export type { PageProfile, PageReport, PageSignal } from './preflight-slope.js';
export { renderHtml } from './render-html.js';
