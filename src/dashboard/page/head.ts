import type { FindingCard, Picture, RemedyLine } from '../picture.js';
import { element } from './element.js';

const states: Readonly<Record<Picture['state'], string>> = {
  healthy: 'Healthy',
  suffers: 'Needs attention',
  lost: 'Lost',
  empty: 'Nothing yet',
};

const severities: Readonly<Record<FindingCard['severity'], string>> = {
  error: 'Error',
  warning: 'Warning',
  info: 'Note',
};

/** The verdict, as the first thing that is read. */
export function verdictPart({ verdict, state, facts }: Picture): HTMLElement {
  return element(
    'header',
    { class: `verdict ${state}` },
    element('p', { class: 'state' }, element('i', { class: 'mark', 'aria-hidden': 'true' }), states[state]),
    element('h1', {}, verdict),
    element(
      'dl',
      { class: 'facts' },
      ...facts.map(([name, value]) => element('div', {}, element('dt', {}, name), element('dd', {}, value))),
    ),
  );
}

/** The findings, numbered as in the chart of the loss. */
export function findingsPart({ findings }: Picture, choose: (layer: number) => void): HTMLElement[] {
  if (findings.length === 0) return [];
  return [
    element('h2', {}, findings.length === 1 ? 'One finding' : `${findings.length} findings`),
    element(
      'ol',
      { class: 'findings' },
      ...findings.map((finding, index) => card(finding, index + 1, choose)),
    ),
  ];
}

function card(finding: FindingCard, number: number, choose: (layer: number) => void): HTMLElement {
  const { rule, severity, where, layer, firstStep, lastStep, message, because, evidence, remedies } = finding;
  const steps = firstStep === lastStep ? `step ${firstStep}` : `steps ${firstStep} to ${lastStep}`;
  return element(
    'li',
    { class: `finding ${severity}` },
    element(
      'div',
      { class: 'finding-head' },
      element('span', { class: 'number', 'aria-hidden': 'true' }, String(number)),
      element('h3', {}, words(rule)),
      element('span', { class: 'severity' }, severities[severity]),
    ),
    element(
      'p',
      { class: 'where' },
      element('bdi', {}, where),
      ` · ${steps}`,
      ...(because === undefined ? [] : [` · because of ${words(because).toLowerCase()}`]),
      ...(layer === undefined
        ? []
        : [
            ' · ',
            element(
              'button',
              { type: 'button', class: 'link', onclick: () => choose(layer) },
              'show this layer',
            ),
          ]),
    ),
    element('p', { class: 'message' }, element('bdi', {}, message)),
    ...(evidence.length === 0 ? [] : [evidenceList(evidence)]),
    ...(remedies.length === 0
      ? []
      : [element('h4', {}, 'What to do'), element('ol', { class: 'remedies' }, ...remedies.map(remedyItem))]),
  );
}

function evidenceList(evidence: FindingCard['evidence']): HTMLElement {
  return element(
    'dl',
    { class: 'evidence' },
    ...evidence.map(([name, value]) => element('div', {}, element('dt', {}, name), element('dd', {}, value))),
  );
}

function remedyItem({ kind, to, where, reason, proof }: RemedyLine): HTMLElement {
  return element(
    'li',
    {},
    element('span', { class: 'kind' }, kind),
    ' ',
    element('code', {}, to),
    ...(where === '' ? [] : [' in ', element('bdi', { class: 'layers' }, where)]),
    element('span', { class: 'reason' }, `${reason}.`.replace('..', '.')),
    ...(proof === undefined ? [] : [element('span', { class: 'proof' }, proof)]),
  );
}

/** `vanishing-gradient` reads `Vanishing gradient`; `non-finite` is one word. */
function words(id: string): string {
  const text = id.replace(/(?<!\bnon)-/g, ' ');
  return text.charAt(0).toUpperCase() + text.slice(1);
}
