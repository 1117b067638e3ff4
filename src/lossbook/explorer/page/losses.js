// The losses of the page, and what they give at a label and a prediction.

import { FORMULAS } from "./formulas.js";

export const LOSSES = JSON.parse(document.getElementById("contents").textContent);

export function lossesOf(world) {
  return LOSSES.filter(loss => loss.formulas.some(formula => formula.world === world));
}

export function lossNamed(name) {
  return LOSSES.find(loss => loss.name === name);
}

export function usualParameters(loss) {
  return Object.fromEntries(loss.parameters.map(each => [each.name, each.usual]));
}

// The formula of this world with just those options that are given.
export function formulaOf(loss, world, parameters) {
  const isGiven = name => parameters[name] !== null;
  return loss.formulas.find(
    formula =>
      formula.world === world &&
      loss.parameters.every(
        ({ name, usual }) => usual !== null || isGiven(name) === formula.given.includes(name),
      ),
  );
}

// A function from label and prediction to value, slope and curvature. Where the loss is not
// defined, these are NaN. The label of two classes is 0, 1 or between.
export function evaluator(loss, world, parameters) {
  const { key, labels, predictions } = formulaOf(loss, world, parameters);
  const compute = FORMULAS[key];
  const two = labels.two ?? null;
  return (label, prediction) => {
    const y = two ? two[Math.round(label)] : label;
    if (!(two || holds(labels, y)) || !holds(predictions, prediction)) return [NaN, NaN, NaN];
    return compute(y, prediction, parameters);
  };
}

export function holds(domain, x) {
  if (domain.low !== null && (domain.open ? x <= domain.low : x < domain.low)) return false;
  return domain.high === null || x <= domain.high;
}

// The nearest number of a set.
export function heldIn(domain, x) {
  return Math.min(Math.max(x, domain.low ?? -Infinity), domain.high ?? Infinity);
}

export function describe(domain) {
  if (domain.low === null) return "any number";
  const sign = domain.open ? ">" : "≥";
  return domain.high === null ? `${sign} ${domain.low}` : `from ${domain.low} to ${domain.high}`;
}
