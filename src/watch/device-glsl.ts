import { FINITE, INFINITE, LARGEST, NAN, PAIR_COLUMNS, SUMS_COLUMNS, TILE } from './device-tables.js';

/** Texels in a tile. */
export const TEXELS: number = TILE / 4;

/** Texels whose sums are added up on their own, so that rounding errors stay small. */
const BLOCK = 16;

/** What the programs share. States are told by bits: a shading language may assume that there is no NaN. */
export const headGlsl = (columns: number): string => `
  int firstTexel(int index) { return index / ${columns} * ${TEXELS}; }
  int lastTexel(int index) { return min(firstTexel(index) + ${TEXELS}, texels); }
  vec4 texelOf(sampler2D tensor, int texel) {
    int width = textureSize(tensor, 0).x;
    return texelFetch(tensor, ivec2(texel % width, texel / width), 0);
  }
  /** Rows and columns of odd length end within a texel. */
  bool isElement(int texel, int lane) {
    int across = (cols + 1) / 2;
    int down = (rows + 1) / 2;
    int row = 2 * (texel / across % down) + lane / 2;
    int col = 2 * (texel % across) + lane % 2;
    return row < rows && col < cols;
  }
  uint bitsOf(float x) { return floatBitsToUint(x) & 0x7fffffffu; }
  int stateOf(float x) {
    uint bits = bitsOf(x);
    return bits < 0x7f800000u ? ${FINITE} : bits == 0x7f800000u ? ${INFINITE} : ${NAN};
  }
  float finiteOr0(float x) { return stateOf(x) == ${FINITE} ? x : 0.0; }
  /** Numbers below the normal ones are 0 to many devices, and no divisor. */
  float divisor(float largest) { return largest < 1.1754944e-38 ? 1.0 : largest; }
`;

/** Fills the table that `sumsOfTable` reads. */
export const sumsGlsl: string = `
  void main() {
    int index = getOutputCoords();
    int column = index % ${SUMS_COLUMNS};
    float largest = 0.0, low = ${LARGEST}, high = -${LARGEST};
    float zeros = 0.0, nans = 0.0, infs = 0.0;
    for (int texel = firstTexel(index); texel < lastTexel(index); texel++) {
      vec4 x = texelOf(A, texel);
      for (int lane = 0; lane < 4; lane++) {
        if (!isElement(texel, lane)) continue;
        int state = stateOf(x[lane]);
        if (state == ${NAN}) nans += 1.0;
        else if (state == ${INFINITE}) infs += 1.0;
        else {
          if (bitsOf(x[lane]) == 0u) zeros += 1.0;
          largest = max(largest, abs(x[lane]));
          low = min(low, x[lane]);
          high = max(high, x[lane]);
        }
      }
    }
    largest = divisor(largest);
    vec3 total = vec3(0.0);
    for (int block = firstTexel(index); 1 <= column && column <= 3 && block < lastTexel(index); block += ${BLOCK}) {
      vec3 part = vec3(0.0);
      for (int texel = block; texel < min(block + ${BLOCK}, lastTexel(index)); texel++) {
        vec4 x = texelOf(A, texel);
        for (int lane = 0; lane < 4; lane++) {
          float scaled = isElement(texel, lane) ? finiteOr0(x[lane]) / largest : 0.0;
          part += vec3(scaled, scaled * scaled, abs(scaled));
        }
      }
      total += part;
    }
    float row[${SUMS_COLUMNS}] = float[](largest, total.x, total.y, total.z, low, high, zeros, nans, infs);
    setOutput(row[column]);
  }`;

/** Fills the table that `pairOfTable` reads. */
export const pairGlsl: string = `
  /** Of b - a: infinities of one sign leave NaN, and finite numbers may be too far apart. */
  int differenceState(float a, float b) {
    int both = max(stateOf(a), stateOf(b));
    if (both == ${FINITE}) return stateOf(b - a);
    return stateOf(a) == ${INFINITE} && stateOf(b) == ${INFINITE} && a == b ? ${NAN} : both;
  }
  bool differs(float a, float b) {
    if (stateOf(a) == ${NAN} || stateOf(b) == ${NAN}) return stateOf(a) != stateOf(b);
    return floatBitsToUint(a) != floatBitsToUint(b) && max(bitsOf(a), bitsOf(b)) != 0u;
  }
  float difference(float a, float b) { return differenceState(a, b) == ${FINITE} ? b - a : 0.0; }
  void main() {
    int index = getOutputCoords();
    int column = index % ${PAIR_COLUMNS};
    vec3 largest = vec3(0.0);
    ivec3 states = ivec3(${FINITE});
    float differing = 0.0;
    for (int texel = firstTexel(index); texel < lastTexel(index); texel++) {
      vec4 a = texelOf(A, texel);
      vec4 b = texelOf(B, texel);
      for (int lane = 0; lane < 4; lane++) {
        if (!isElement(texel, lane)) continue;
        if (differs(a[lane], b[lane])) differing += 1.0;
        states = max(states, ivec3(stateOf(a[lane]), stateOf(b[lane]), differenceState(a[lane], b[lane])));
        vec3 terms = vec3(finiteOr0(a[lane]), finiteOr0(b[lane]), difference(a[lane], b[lane]));
        largest = max(largest, abs(terms));
      }
    }
    largest = vec3(divisor(largest.x), divisor(largest.y), divisor(largest.z));
    bool sums = column < 7 && (column == 6 || column % 2 == 1);
    vec4 total = vec4(0.0);
    for (int block = firstTexel(index); sums && block < lastTexel(index); block += ${BLOCK}) {
      vec4 part = vec4(0.0);
      for (int texel = block; texel < min(block + ${BLOCK}, lastTexel(index)); texel++) {
        vec4 a = texelOf(A, texel);
        vec4 b = texelOf(B, texel);
        for (int lane = 0; lane < 4; lane++) {
          if (!isElement(texel, lane)) continue;
          vec3 scaled = vec3(finiteOr0(a[lane]), finiteOr0(b[lane]), difference(a[lane], b[lane])) / largest;
          part += vec4(scaled * scaled, scaled.x * scaled.y);
        }
      }
      total += part;
    }
    float row[${PAIR_COLUMNS}] = float[](largest.x, total.x, largest.y, total.y, largest.z, total.z, total.w, differing,
      float(states.x), float(states.y), float(states.z));
    setOutput(row[column]);
  }`;

/** Counts the elements of each tile that lie farther than `radius` from `center`. */
export const countBeyondGlsl: string = `
  void main() {
    int index = getOutputCoords();
    float count = 0.0;
    for (int texel = firstTexel(index); texel < lastTexel(index); texel++) {
      vec4 x = texelOf(A, texel);
      for (int lane = 0; lane < 4; lane++) {
        if (!isElement(texel, lane) || stateOf(x[lane]) == ${NAN}) continue;
        if (abs(x[lane] - center) > radius) count += 1.0;
      }
    }
    setOutput(count);
  }`;
