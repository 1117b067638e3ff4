// What the reader has chosen; it stands in the address, so that a link shows the same.

import { lossNamed, lossesOf, usualParameters } from "./losses.js";
import { INITIAL_POINTS } from "./points.js";
import { WORLDS } from "./worlds.js";

export const MOST_CHOSEN = 5;
export const MOST_POINTS = 60;
export const RATES = [0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5];

const listeners = [];
let isScheduled = false;

function usual() {
  const of = make => Object.fromEntries(Object.keys(WORLDS).map(name => [name, make(name)]));
  return {
    world: "number",
    chosen: of(name => [...WORLDS[name].chosen]), // null where a place was given up
    label: of(name => WORLDS[name].label.usual), // rows, of one number or of several
    prediction: of(name => WORLDS[name].prediction),
    column: of(() => 0), // the entry of the prediction that moves along the axis
    rate: of(name => WORLDS[name].rate),
    modelRate: 0.1,
    points: of(name => INITIAL_POINTS[name]), // where there is a model to learn from them
    parameters: {},
    paths: {}, // of predictions that are pushed, by loss
  };
}

export const state = usual();

export function parametersOf(loss) {
  return { ...usualParameters(loss), ...state.parameters[loss.name] };
}

// The chosen losses, each with the place that its colour has.
export function chosenLosses() {
  return state.chosen[state.world]
    .map((name, place) => ({ place, loss: name && lossNamed(name) }))
    .filter(({ loss }) => loss);
}

export function onChange(listener) {
  listeners.push(listener);
}

export function change(changes) {
  Object.assign(state, changes);
  schedule();
}

// One entry of what is kept per world.
export function changeHere(name, value, rest = {}) {
  change({ [name]: { ...state[name], [state.world]: value }, ...rest });
}

export function reset() {
  change(usual());
}

function schedule() {
  if (isScheduled) return;
  isScheduled = true;
  requestAnimationFrame(() => {
    isScheduled = false;
    for (const listener of listeners) listener();
    const hash = written();
    if (hash !== location.hash.slice(1)) history.replaceState(null, "", `#${hash}`);
  });
}

// -- the address -----------------------------------------------------------------------------

function written() {
  const { world } = state;
  const pairs = {
    predict: world,
    losses: state.chosen[world].map(name => name ?? "").join(","),
    y: state.label[world].map(entry => Number(entry.toPrecision(6))).join(","),
    p: state.prediction[world].join(","),
    ...(WORLDS[world].axes.length > 1 ? { column: state.column[world] } : {}),
    rate: state.rate[world],
    model: state.modelRate,
  };
  for (const { loss } of chosenLosses()) {
    for (const [name, value] of Object.entries(state.parameters[loss.name] ?? {})) {
      pairs[`${loss.name}.${name}`] = value ?? "none";
    }
  }
  if (state.points[world] !== INITIAL_POINTS[world]) {
    pairs.points = state.points[world].map(point => point.join("~")).join(",");
  }
  return Object.entries(pairs)
    .map(([name, value]) => `${name}=${encodeURIComponent(value)}`)
    .join("&")
    .replaceAll("%2C", ",");
}

// What is not understood is left as it usually is.
export function readAddress() {
  const pairs = Object.fromEntries(new URLSearchParams(location.hash.slice(1)));
  const fresh = usual();
  if (Object.hasOwn(WORLDS, pairs.predict ?? "")) fresh.world = pairs.predict;
  const { world } = fresh;
  const known = lossesOf(world).map(loss => loss.name);
  if ("losses" in pairs) {
    const names = pairs.losses.split(",").slice(0, MOST_CHOSEN);
    fresh.chosen[world] = names.map((name, k) =>
      known.includes(name) && names.indexOf(name) === k ? name : null,
    );
  }
  const { axes, label } = WORLDS[world];
  fresh.label[world] = labelGiven(pairs.y, label, axes.length) ?? fresh.label[world];
  fresh.prediction[world] = rowGiven(pairs.p, axes) ?? fresh.prediction[world];
  fresh.column[world] = axes.findIndex((_, k) => String(k) === pairs.column);
  fresh.column[world] = Math.max(fresh.column[world], 0);
  fresh.rate[world] = nearest(RATES, numberIn(pairs.rate, 0, 10) ?? fresh.rate[world]);
  fresh.modelRate = nearest(RATES, numberIn(pairs.model, 0, 10) ?? fresh.modelRate);
  fresh.points[world] = pointsGiven(pairs.points, fresh.points[world]);
  fresh.parameters = parametersGiven(pairs);
  change(fresh);
}

function parametersGiven(pairs) {
  const found = {};
  for (const [name, text] of Object.entries(pairs)) {
    const [owner, parameter] = name.split(".");
    const rule = lossNamed(owner)?.parameters.find(each => each.name === parameter);
    if (!rule) continue;
    const value = numberIn(text, -Infinity, Infinity);
    const isNone = text === "none" && rule.usual === null;
    if (value === null && !isNone) continue;
    found[owner] = { ...found[owner], [parameter]: isNone ? null : nearest(rule.values, value) };
  }
  return found;
}

// As many numbers as there are ranges, each within its own.
function rowGiven(text, ranges) {
  const entries = (text ?? "").split(",");
  const row = ranges.map(({ low, high }, k) => numberIn(entries[k], low, high));
  return entries.length === ranges.length && !row.includes(null) ? row : null;
}

function labelGiven(text, { form, low, high, usual }, columns) {
  if (form === "grade") {
    const grade = rowGiven(text, [{ low: 0, high: columns }]);
    return grade?.every(Number.isInteger) ? grade : null;
  }
  if (form !== "class") return rowGiven(text, usual.map(() => ({ low, high })));
  const shares = rowGiven(text, usual.map(() => ({ low: 0, high: 1 })));
  const whole = shares?.reduce((sum, share) => sum + share, 0);
  return whole > 0 ? shares.map(share => share / whole) : null;
}

function pointsGiven(text, otherwise) {
  if (!otherwise) return otherwise;
  const points = (text ?? "").split(",").map(point => point.split("~").map(Number));
  const isRight = points.every(
    point => point.length === otherwise[0].length && point.every(x => Math.abs(x) <= 10),
  );
  return text && isRight ? points.slice(0, MOST_POINTS) : otherwise;
}

function numberIn(text, low, high) {
  const number = text?.trim() ? Number(text) : NaN;
  return number >= low && number <= high ? number : null;
}

export function nearest(values, wanted) {
  const distance = value => Math.abs(value - wanted);
  return values.reduce((best, value) => (distance(value) < distance(best) ? value : best));
}
