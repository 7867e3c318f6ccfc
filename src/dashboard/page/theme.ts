/** Colours that must be known as numbers; the rest follows the style sheet. */
export interface Theme {
  readonly dark: boolean;
  /** From the faintest to the strongest, t from 0 to 1. */
  readonly ramp: (t: number) => string;
}

// A gradient that fades does so on the page as well: the weak end is close to the paper.
export const lightTheme: Theme = {
  dark: false,
  ramp: rampOf([0xf0ede3, 0xcfe0d3, 0x8dc0be, 0x4a90b0, 0x2c5b96, 0x2b2a6b, 0x24103f]),
};
export const darkTheme: Theme = {
  dark: true,
  ramp: rampOf([0x20252d, 0x24405c, 0x286b8f, 0x3f9a9f, 0x8cc9a0, 0xe3ecae, 0xfffbe6]),
};

/** Straight lines through colours in RGB, which are close enough together for it. */
function rampOf(colours: readonly number[]): Theme['ramp'] {
  return (t) => {
    const place = Math.min(1, Math.max(0, t)) * (colours.length - 1);
    const index = Math.min(colours.length - 2, Math.floor(place));
    const [from, to] = [colours[index] ?? 0, colours[index + 1] ?? 0];
    const channels = [16, 8, 0].map((shift) => {
      const [a, b] = [(from >> shift) & 255, (to >> shift) & 255];
      return Math.round(a + (b - a) * (place - index));
    });
    return `rgb(${channels.join(',')})`;
  };
}
