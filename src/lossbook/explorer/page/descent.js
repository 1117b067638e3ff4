// Gradient descent on the prediction itself: each loss pushes its own, from the same start.

import { allowed, positionOf } from "./charts.js";
import { evaluator } from "./losses.js";
import { change, chosenLosses, parametersOf, state } from "./state.js";
import { find } from "./svg.js";
import { Clock } from "./clock.js";

const LONGEST = 200;
const PAUSE = 220; // milliseconds between two steps

export function step() {
  const rate = state.rate[state.world];
  const label = state.label[state.world];
  const paths = {};
  for (const { loss } of chosenLosses()) {
    const at = positionOf(loss);
    const slopes = evaluator(loss, state.world, parametersOf(loss))(label, at).slice(1);
    const pushed = at.map((p, k) => (Number.isFinite(slopes[k]) ? p - rate * slopes[k] : p));
    paths[loss.name] = [...(state.paths[loss.name] ?? [at]), allowed(loss, pushed)];
  }
  change({ paths });
  if (stepsTaken() >= LONGEST) descentClock.stop();
}

export function stepsTaken() {
  return Math.max(0, ...Object.values(state.paths).map(path => path.length - 1));
}

const descentClock = new Clock(find("play"), step, PAUSE);

export function showDescent() {
  const count = stepsTaken();
  find("steps").value = count === 1 ? "1 step" : `${count} steps`;
  find("restart").disabled = count === 0;
}

find("step").addEventListener("click", () => {
  descentClock.stop();
  step();
});
find("restart").addEventListener("click", () => {
  descentClock.stop();
  change({ paths: {} });
});
