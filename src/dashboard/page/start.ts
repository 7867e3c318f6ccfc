import type { News } from '../news.js';
import { createApp } from './app.js';

// The script of the page itself: what it shows stands in the page, and where it is live, news come from the same address.

const root = document.getElementById('gradient-health');
const data = document.getElementById('news')?.textContent;
if (root && data) {
  const app = createApp(root);
  app.show(JSON.parse(data) as News);
  document.documentElement.dataset['ready'] = '';
  if (root.dataset['events'] !== undefined) follow(root.dataset['events']);

  function follow(address: string): void {
    app.status('Live');
    const events = new EventSource(address);
    events.addEventListener('news', ({ data }) => app.show(JSON.parse(data) as News));
    events.addEventListener('end', () => {
      events.close();
      app.status('The run has ended.');
    });
    events.onerror = () => app.status('The connection is lost; this is the last that was seen.');
    events.onopen = () => app.status('Live');
  }
}
