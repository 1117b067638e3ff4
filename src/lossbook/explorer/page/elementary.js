// What formulas need and JavaScript's Math has not.

const float = new Float64Array(1);
const bits = new BigUint64Array(float.buffer);
const LARGEST_EXPONENT = 0x7ffn;

// The whole number k for which x / 2^k lies from 3/4 to 3/2, for x > 0.
export function exponent(x) {
  if (!(x > 0 && x < Infinity)) return x;
  if (x < 2 ** -1000) return exponent(x * 2 ** 100) - 100;
  float[0] = x;
  const below = Number((bits[0] >> 52n) & LARGEST_EXPONENT) - 1023;
  return x / 2 ** below < 1.5 ? below : below + 1;
}

export function fraction(x) {
  if (!(x > 0 && x < Infinity)) return x;
  const k = exponent(x);
  // In two steps, as 2^-k may be no number.
  const half = Math.trunc(k / 2);
  return x / 2 ** half / 2 ** (k - half);
}

// x y - product, for the product as rounded: Dekker's, on halves of the bits.
export function productError(x, y, product) {
  const x1 = upperHalf(x);
  const y1 = upperHalf(y);
  const x2 = x - x1;
  const y2 = y - y1;
  const error = x1 * y1 - product + (x1 * y2 + x2 * y1) + x2 * y2;
  return Math.abs(error) < Infinity && Math.abs(product) > 2 ** -960 ? error : 0;
}

function upperHalf(x) {
  const lifted = x * (2 ** 27 + 1);
  return lifted - (lifted - x);
}

// top / (1 + e)^power, for e from 0 to 1.
export function overOnePlus(top, e, power) {
  return power === 1 ? top / (1 + e) : top / (1 + e) / (1 + e);
}
