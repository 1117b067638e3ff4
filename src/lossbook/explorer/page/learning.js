// A small model under a loss of single numbers: a score that is linear in the features, and its
// gradient.

// A point's features (and 1, for the constant), and its label.
export function features(point) {
  return [...point.slice(0, -1), 1];
}

export function scoreOf(weights, point) {
  return features(point).reduce((sum, feature, k) => sum + feature * weights[k], 0);
}

// The mean loss of the points and its gradient by the weights. A score becomes a prediction through
// the world's link: the chain rule.
export function meanLoss(evaluate, link, weights, points) {
  let value = 0;
  const gradient = weights.map(() => 0);
  for (const point of points) {
    const score = scoreOf(weights, point);
    const [loss, slope] = evaluate([point.at(-1)], [link.value(score)]);
    const push = (slope * link.slope(score)) / points.length;
    value += loss / points.length;
    features(point).forEach((feature, k) => {
      gradient[k] += push * feature;
    });
  }
  return { value, gradient };
}

// One step of gradient descent; null where a number is no longer one.
export function learned(evaluate, link, weights, points, rate) {
  const { gradient } = meanLoss(evaluate, link, weights, points);
  const next = weights.map((weight, k) => weight - rate * gradient[k]);
  return next.every(weight => Math.abs(weight) < 1e6) ? next : null;
}
