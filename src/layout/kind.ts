/**
 * What the axes of a weight mean, as tfjs lays them out (output axis last, unless noted):
 * `dense` [in, out] · `conv` [...k, in, out] · `depthwise` [h, w, in, multiplier] · `transposed` [h, w, out, in] ·
 * `recurrent` [in, gates x units], gates fused side by side · `embedding` [vocabulary, dim] · `vector` any rank 0 or 1 ·
 * `unknown` anything else.
 */
export type WeightKind =
  | 'dense'
  | 'conv'
  | 'depthwise'
  | 'transposed'
  | 'recurrent'
  | 'embedding'
  | 'vector'
  | 'unknown';
