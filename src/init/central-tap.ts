/** Index, among all taps of a convolution, of the one that padding 'same' of tfjs puts over the pixel. */
export function centralTap(taps: readonly number[]): number {
  return taps.reduce((index, size) => index * size + Math.floor((size - 1) / 2), 0);
}
