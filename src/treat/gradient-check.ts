import { shortNumber } from '../record/short-number.js';

/** What `checkGradients` found, as plain JSON. */
export interface GradientCheck {
  /** Whether no checked element is wrong. */
  readonly ok: boolean;
  /** The verdict in one sentence: the worst input and element, or how well all agree. */
  readonly message: string;
  /** Value of the function at the inputs. */
  readonly value: number;
  /** Measured rounding noise of the function: the standard deviation of its value under moves too small to matter. */
  readonly noise: number;
  /** First step of the differences, relative to max(1, |x|). */
  readonly step: number;
  /** Largest relative error that passes. */
  readonly tolerance: number;
  /** One for each input, in the order they were given. */
  readonly inputs: readonly InputCheck[];
  /** The element that is furthest off: the worst of the wrong ones, else of those that pass; `null` where none could be measured. */
  readonly worst: ElementCheck | null;
}

/** How the gradient of one input compares. */
export interface InputCheck {
  /** `inputs[0]`, `inputs[1]`, ... for tensors; the variable's name for variables. */
  readonly name: string;
  /** Of the input. */
  readonly shape: readonly number[];
  /** Number of elements; more than there are `elements` when they were sampled. */
  readonly size: number;
  /** Elements whose gradient is wrong. */
  readonly wrong: number;
  /** Elements at a kink of the function. */
  readonly kinks: number;
  /** Elements that finite differences cannot measure: lost in rounding noise, crowded by kinks, or beside values that are not finite. */
  readonly unresolved: number;
  /** Largest error among the elements that were resolved. */
  readonly maxError: number;
  /** Every checked element. */
  readonly elements: readonly ElementCheck[];
}

/** One partial derivative, computed twice. */
export interface ElementCheck {
  /** Name of the input. */
  readonly input: string;
  /** Position in the input, one number for each axis. */
  readonly index: readonly number[];
  /** What tfjs computes; 0 where no gradient reaches the input. */
  readonly analytic: number;
  /** What finite differences measure; at a kink the one-sided derivative nearest to `analytic`. */
  readonly numeric: number;
  /** |analytic - numeric| / max(|analytic|, |numeric|), 0 where both are 0, `Infinity` where `analytic` is not finite. */
  readonly error: number;
  /**
   * `agrees` within the tolerance. `wrong` beyond it. `kink`: left and right derivative differ and `analytic` lies between
   * them, as any subgradient may. `unresolved`: finite differences cannot tell.
   */
  readonly verdict: 'agrees' | 'wrong' | 'kink' | 'unresolved';
}

/** The findings on one input, counted. */
export function summarizeInput(
  name: string,
  shape: readonly number[],
  size: number,
  elements: readonly ElementCheck[],
): InputCheck {
  const count = (verdict: ElementCheck['verdict']) => elements.filter((e) => e.verdict === verdict).length;
  return {
    name,
    shape,
    size,
    wrong: count('wrong'),
    kinks: count('kink'),
    unresolved: count('unresolved'),
    maxError: worstOf(elements)?.error ?? 0,
    elements,
  };
}

/** The furthest off among the wrong elements, else among the resolved ones. */
export function worstOf(elements: readonly ElementCheck[]): ElementCheck | null {
  const wrong = elements.filter((e) => e.verdict === 'wrong');
  const candidates = wrong.length > 0 ? wrong : elements.filter((e) => e.verdict !== 'unresolved');
  return candidates.reduce<ElementCheck | null>((a, b) => (a === null || b.error > a.error ? b : a), null);
}

/** The verdict in one sentence. */
export function messageOf(
  inputs: readonly InputCheck[],
  worst: ElementCheck | null,
  tolerance: number,
  seed: number,
): string {
  const total = (of: (input: InputCheck) => number) => inputs.reduce((sum, input) => sum + of(input), 0);
  const [wrong, kinks, unresolved] = [
    total((i) => i.wrong),
    total((i) => i.kinks),
    total((i) => i.unresolved),
  ];
  const checked = total((i) => i.elements.length);
  const notes = inputs
    .filter((i) => i.elements.length < i.size)
    .map((i) => `${i.name} sampled, ${i.elements.length} of ${i.size} elements, seed ${seed}`);
  if (kinks > 0) notes.push(`${kinks} at a kink`);
  if (unresolved > 0) notes.push(`${unresolved} could not be measured`);
  const aside = notes.length > 0 ? ` (${notes.join('; ')})` : '';
  if (wrong > 0 && worst !== null) {
    const where = `${worst.input}${worst.index.length > 0 ? ` at [${worst.index.join(', ')}]` : ''}`;
    return `The gradient of ${where} is wrong: tfjs computes ${shortNumber(worst.analytic)}, finite differences measure ${shortNumber(worst.numeric)}; ${wrong} of ${checked} checked elements are off by more than ${tolerance}${aside}.`;
  }
  if (worst === null)
    return `None of the ${checked} checked elements could be measured: their effect on the value is lost in rounding noise, or the value is not finite beside them${aside}.`;
  return `The gradients agree with finite differences in ${checked} elements: largest error ${shortNumber(worst.error)}, allowed ${tolerance}${aside}.`;
}
