/**
 * The picture of a training run: as a file, and live in a page.
 *
 * @packageDocumentation
 */
export type { Finding, Remedy, Report } from '../record/finding.js';
export { type DashboardSource, type HostElement, mountDashboard } from './mount-dashboard.js';
export { renderHtml } from './render-html.js';
