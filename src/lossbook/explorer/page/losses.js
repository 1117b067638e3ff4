// The losses of the page, and what they give at a label and a prediction.
//
// Labels and predictions are rows here, of one number where the loss is not one of rows.

import { FORMULAS, MEANINGS } from "./formulas.js";

export const LOSSES = JSON.parse(document.getElementById("contents").textContent);

export function lossesOf(world) {
  return LOSSES.filter(loss => formulasIn(loss, world).length > 0);
}

export function lossNamed(name) {
  return LOSSES.find(loss => loss.name === name);
}

export function usualParameters(loss) {
  return Object.fromEntries(loss.parameters.map(each => [each.name, each.usual]));
}

const formulasIn = (loss, world) => loss.formulas.filter(formula => formula.world === world);

// The parameters that do something in this world.
export function parametersIn(loss, world) {
  const taken = formulasIn(loss, world).flatMap(formula => formula.takes);
  return loss.parameters.filter(({ name }) => taken.includes(name));
}

// The simplest formula of this world with just those options that are given.
export function formulaOf(loss, world, parameters) {
  const own = parametersIn(loss, world);
  const fits = ({ name, usual, option }, takes) => {
    const value = parameters[name];
    if (value === null) return !takes.includes(name);
    return takes.includes(name) || (option && value === usual);
  };
  return formulasIn(loss, world).find(({ takes }) => own.every(each => fits(each, takes)));
}

// A function from label and prediction to the value, the slopes and the curvatures by each entry of
// the prediction. Where the loss is not defined, these are NaN. The label of two classes is 0, 1 or
// between.
export function evaluator(loss, world, parameters) {
  const { key, labels, predictions, columns } = formulaOf(loss, world, parameters);
  const compute = FORMULAS[key];
  const two = labels.two ?? null;
  return (label, prediction) => {
    const y = two ? [two[Math.round(label[0])]] : label;
    const isDefined =
      (two || y.every(each => holds(labels, each))) &&
      prediction.every(each => holds(predictions, each));
    if (!isDefined) return Array(1 + 2 * prediction.length).fill(NaN);
    return columns ? compute(y, prediction, parameters) : compute(y[0], prediction[0], parameters);
  };
}

// Value, slope and curvature as one entry of the prediction moves.
export function byColumn(results, column) {
  const columns = (results.length - 1) / 2;
  return [results[0], results[1 + column], results[1 + columns + column]];
}

// What a prediction stands for: probabilities, a scale; null where it is what it is.
export function meaningOf(loss, world, parameters, prediction) {
  const { key, predictions } = formulaOf(loss, world, parameters);
  const isProbability = predictions.low === 0 && predictions.high === 1;
  return MEANINGS[key]?.(prediction, parameters) ?? (isProbability ? prediction : null);
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
