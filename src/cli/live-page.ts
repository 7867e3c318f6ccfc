import { htmlPage } from '../dashboard/html-page.js';
import type { Report } from '../record/finding.js';
import { toText } from '../report/text.js';
import type { Journal } from './journal.js';
import type { LiveSource } from './live-server.js';

/** The journal as a live server shows it. */
export function livePage(journal: Journal): LiveSource {
  const report = (): Report => {
    const made = journal.report();
    return made.run.steps.length > 0 ? made : { ...made, verdict: 'Waiting for the first step.' };
  };
  return {
    page(events) {
      const made = report();
      return htmlPage(journal.news(made), { events, plain: toText(made) });
    },
    news: (since) => JSON.stringify(journal.news(report(), since)),
    version: () => journal.changes,
  };
}
