/** A stretch of a histogram: its two edges, and how many elements lie between them. */
export type Bucket = readonly [low: number, high: number, count: number];

/** One value under its tag: a number, a histogram, or a text in Markdown. */
export type Summary =
  | {
      /** Name of the series; TensorBoard groups by what stands before the first `/`. */
      readonly tag: string;
      /** A number, also NaN or infinite; stored as float32. */
      readonly scalar: number;
    }
  | {
      /** Name of the series; TensorBoard groups by what stands before the first `/`. */
      readonly tag: string;
      /** In ascending order, each beginning where the one before ends. */
      readonly histogram: readonly Bucket[];
    }
  | {
      /** Name of the series; TensorBoard groups by what stands before the first `/`. */
      readonly tag: string;
      /** Markdown, of which TensorBoard shows a safe part. */
      readonly text: string;
    };
