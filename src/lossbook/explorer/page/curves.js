// Curves of a loss over its predictions: sampled, broken where they jump, and an axis that fits.

const SAMPLES = 320;
const HALVINGS = 45;
// What is left of a jump between neighbours: half of it where they meet in the middle.
const SUDDEN = 0.49;
// A curve may reach this many times as far as the flattest one before the axis cuts it off.
const PATIENCE = 4;

// Value, slope and curvature as lists of pieces; a piece is a list of points [x, y].
export function sampled(evaluate, low, high) {
  const xs = Array.from({ length: SAMPLES + 1 }, (_, k) => low + ((high - low) * k) / SAMPLES);
  const results = xs.map(evaluate);
  return [0, 1, 2].map(order => {
    const ys = results.map(result => result[order]);
    return pieces(x => evaluate(x)[order], xs, ys);
  });
}

function pieces(f, xs, ys) {
  const bounds = boundsOf(ys);
  const suspicious = 0.02 * (bounds[1] - bounds[0]);
  const found = [[]];
  xs.forEach((x, k) => {
    if (!Number.isFinite(ys[k])) {
      found.push([]);
      return;
    }
    const before = found.at(-1).at(-1);
    if (before && suspicious > 0 && Math.abs(ys[k] - before[1]) > suspicious) {
      const jump = jumpBetween(f, before, [x, ys[k]]);
      if (jump) {
        found.at(-1).push(jump[0]);
        found.push([jump[1]]);
      }
    }
    found.at(-1).push([x, ys[k]]);
  });
  return found.filter(piece => piece.length > 0);
}

// The two sides of a jump, found by halving; null where the curve is only steep.
function jumpBetween(f, left, right) {
  const height = Math.abs(right[1] - left[1]);
  for (let k = 0; k < HALVINGS; k++) {
    const x = (left[0] + right[0]) / 2;
    const middle = [x, f(x)];
    if (!Number.isFinite(middle[1])) return null;
    const isLeft = Math.abs(middle[1] - left[1]) > Math.abs(right[1] - middle[1]);
    if (isLeft) right = middle;
    else left = middle;
    if (Math.abs(right[1] - left[1]) < SUDDEN * height) return null;
  }
  return [left, right];
}

// How far a curve goes, without the far ends of what goes to infinity.
export function boundsOf(ys) {
  const sorted = ys.filter(Number.isFinite).sort((one, other) => one - other);
  if (sorted.length === 0) return [0, 0];
  const at = share => sorted[Math.round(share * (sorted.length - 1))];
  const [low, high] = [at(0.1), at(0.9)];
  const reach = (high - low) / 2;
  const end = (farthest, near) =>
    Math.abs(farthest - near) > 2 * reach ? near + Math.sign(farthest - near) * reach : farthest;
  return [end(sorted[0], low), end(sorted.at(-1), high)];
}

// An axis for several curves, with 0 on it.
export function axisOf(curves) {
  const bounds = curves.map(pieces => boundsOf(pieces.flat().map(([, y]) => y)));
  const sizes = bounds.map(([low, high]) => Math.max(-low, high)).filter(size => size > 1e-12);
  if (sizes.length === 0) return [-1, 1];
  const most = PATIENCE * Math.min(...sizes);
  const low = Math.max(Math.min(0, ...bounds.map(([least]) => least)), -most);
  const high = Math.min(Math.max(0, ...bounds.map(([, largest]) => largest)), most);
  const margin = 0.07 * (high - low);
  return [low - margin, high + margin];
}
