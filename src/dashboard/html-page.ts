import type { News } from './news.js';
import { pageScript, pageScriptHash, pageStyle, pageStyleHash } from './page-source.js';

/** How a page is served. */
export interface PageOptions {
  /** Where news of the run come from, as server-sent events; without it the page is a file that asks for nothing. */
  readonly events?: string;
  /** The page's content for a reader without scripts. */
  readonly plain: string;
}

/**
 * The page of a run, in one piece. Its policy allows this script and this style by their hashes and nothing else: whatever
 * a layer is called, it cannot run.
 */
export function htmlPage(news: News, { events, plain }: PageOptions): string {
  const policy = [
    "default-src 'none'",
    `script-src '${pageScriptHash}'`,
    `style-src '${pageStyleHash}'`,
    // The heat maps are images, made by the page.
    'img-src data:',
    ...(events === undefined ? [] : ["connect-src 'self'"]),
    "base-uri 'none'",
    "form-action 'none'",
  ];
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${escapeHtml(policy.join('; '))}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<title>Gradient health: ${escapeHtml(news.verdict.slice(0, 120))}</title>
<link rel="icon" href="data:,">
<style>${pageStyle}</style>
</head>
<body>
<div id="gradient-health"${events === undefined ? '' : ` data-events="${escapeHtml(events)}"`}><noscript><pre>${escapeHtml(plain)}</pre></noscript></div>
<script type="application/json" id="news">${escapeJson(JSON.stringify(news))}</script>
<script>${pageScript}</script>
</body>
</html>
`;
}

/** Text for an element or a quoted attribute. */
export function escapeHtml(text: string): string {
  const entities: Readonly<Record<string, string>> = {
    '&': '&amp;',
    '<': '&lt;',
    '>': '&gt;',
    '"': '&quot;',
    "'": '&#39;',
  };
  return text.replace(/[&<>"']/g, (character) => entities[character] ?? '');
}

/** JSON that can stand in a script element: no tag or comment can begin in it. */
export function escapeJson(json: string): string {
  return json.replaceAll('<', '\\u003c');
}
