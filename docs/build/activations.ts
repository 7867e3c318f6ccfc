import { theory } from '../../src/index.js';
import { curvePicture } from './curve-picture.js';
import type { Page } from './page.js';

const families = {
  relu: 'The ReLU family: the identity above 0, less of it below',
  sigmoid: 'The sigmoid family: from 0 to 1',
  tanh: 'The tanh family: bounded and odd',
  smooth: 'Smooth ones: softened ReLUs and their piecewise stand-ins',
  other: 'The rest',
} as const;

const number = (x: number): string =>
  x === Infinity ? '∞' : x === -Infinity ? '-∞' : String(Number(x.toPrecision(5)));
const intervals = (of: readonly theory.Interval[]): string =>
  of.map(([from, to]) => (from === to ? `${number(from)}` : `${number(from)} to ${number(to)}`)).join(', ');

function section(profile: theory.ActivationProfile): string {
  const { name, formula, slopeRange, saturation, deadRegion, zeroCentred, gain, cost, tfjs } = profile;
  const tails = [
    saturation.below !== undefined && `below ${number(saturation.below)}`,
    saturation.above !== undefined && `above ${number(saturation.above)}`,
  ].filter((tail) => tail !== false);
  const spelling = [
    tfjs.activation && `\`activation: '${tfjs.activation}'\``,
    tfjs.layer && `\`${tfjs.layer}\``,
  ]
    .filter(Boolean)
    .join(' or ');
  return `### ${name}

![${name} and its slope](pictures/activation-${name}.svg)

\`${formula}\`

| | |
|---|---|
| slope | ${number(slopeRange.min)} to ${number(slopeRange.max)}; largest at ${intervals(slopeRange.maxAt)} |
| saturates (slope below 0.01) | ${tails.length > 0 ? tails.join(' and ') : 'nowhere'} |
| no gradient at all | ${deadRegion.length > 0 ? intervals(deadRegion) : 'nowhere'} |
| zero-centred | ${zeroCentred ? 'yes' : 'no'} |
| gain: forward, backward | ${number(gain.forward)}, ${number(gain.backward)} |
| exponentials and the like | ${cost} |
| in tfjs | ${spelling || 'not there'} |

**Choose it:** ${profile.whenToChoose}

**Do not:** ${profile.whenNot}
`;
}

/** One section for each activation that has a profile. */
export function activationPages(): Page[] {
  const profiles = Object.values(theory.activationProfiles);
  const chapters = Object.entries(families).map(([family, title]) => {
    const members = profiles.filter((profile) => profile.family === family);
    return `## ${title}\n\n${members.map(section).join('\n')}`;
  });
  const text = `# Activations

What ${profiles.length} activations do to a signal and to its gradient. Blue is the function, orange and dashed its slope, by which a
gradient is multiplied on its way back; where the ground is red, no gradient passes at all. The gain is what the standard
deviation of the weights has to be multiplied by to keep the signal (forward) or the gradient (backward) of inputs from
N(0, 1) as large as it was: \`theory.gain\` computes it for any function, \`theory.activationProfile\` holds all that stands here.

A slope below 1 at its best, as sigmoid's 0.25, shrinks a gradient at every layer whatever the weights' start; a slope of 0
in part, as ReLU's, shrinks nothing where He initialisation makes up for it.

${chapters.join('\n')}`;
  return [
    { path: 'activations.md', text },
    ...profiles.map((profile) => ({
      path: `pictures/activation-${profile.name}.svg`,
      text: curvePicture(profile),
    })),
  ];
}
