/** What a matcher tells vitest or jest. */
export interface MatcherResult {
  /** Whether the value is as the matcher says. */
  readonly pass: boolean;
  /** What to print where the assertion fails: of `pass` where it was negated, else of its opposite. */
  readonly message: () => string;
}
