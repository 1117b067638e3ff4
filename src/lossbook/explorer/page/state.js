// What the reader has chosen; it stands in the address, so that a link shows the same.

import { lossNamed, lossesOf, usualParameters } from "./losses.js";
import { INITIAL_POINTS } from "./points.js";
import { WORLDS } from "./worlds.js";

export const MOST_CHOSEN = 5;
export const RATES = [0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5];

const listeners = [];
let isScheduled = false;

function usual() {
  const of = make => Object.fromEntries(Object.keys(WORLDS).map(name => [name, make(name)]));
  return {
    world: "number",
    chosen: of(name => [...WORLDS[name].chosen]), // null where a place was given up
    label: of(name => WORLDS[name].label.usual),
    prediction: of(name => WORLDS[name].prediction),
    rate: of(name => WORLDS[name].rate),
    modelRate: 0.1,
    points: of(name => INITIAL_POINTS[name]),
    target: 0, // the right one of three classes
    scores: [0.5, 1.5, -0.5],
    classRate: 0.5,
    pushes: 0,
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
    y: state.label[world],
    p: state.prediction[world],
    rate: state.rate[world],
    model: state.modelRate,
    class: state.target,
    scores: state.scores.map(score => Number(score.toPrecision(6))).join(","),
    push: state.classRate,
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
  const { low, high } = WORLDS[world];
  const label = WORLDS[world].label;
  fresh.label[world] = numberIn(pairs.y, label.low, label.high) ?? fresh.label[world];
  fresh.prediction[world] = numberIn(pairs.p, low, high) ?? fresh.prediction[world];
  fresh.rate[world] = nearest(RATES, numberIn(pairs.rate, 0, 10) ?? fresh.rate[world]);
  fresh.modelRate = nearest(RATES, numberIn(pairs.model, 0, 10) ?? fresh.modelRate);
  fresh.target = [0, 1, 2][numberIn(pairs.class, 0, 2)] ?? fresh.target;
  fresh.scores = scoresIn(pairs.scores) ?? fresh.scores;
  fresh.classRate = nearest(RATES, numberIn(pairs.push, 0, 10) ?? fresh.classRate);
  fresh.points[world] = pointsIn(pairs.points, fresh.points[world]);
  fresh.parameters = parametersIn(pairs);
  change(fresh);
}

function parametersIn(pairs) {
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

function scoresIn(text) {
  const scores = (text ?? "").split(",").map(score => numberIn(score, -100, 100));
  return scores.length === 3 && !scores.includes(null) ? scores : null;
}

function pointsIn(text, otherwise) {
  const points = (text ?? "").split(",").map(point => point.split("~").map(Number));
  const isRight = points.every(
    point => point.length === otherwise[0].length && point.every(x => Math.abs(x) <= 10),
  );
  return text && isRight ? points.slice(0, 60) : otherwise;
}

function numberIn(text, low, high) {
  const number = text?.trim() ? Number(text) : NaN;
  return number >= low && number <= high ? number : null;
}

export function nearest(values, wanted) {
  const distance = value => Math.abs(value - wanted);
  return values.reduce((best, value) => (distance(value) < distance(best) ? value : best));
}
