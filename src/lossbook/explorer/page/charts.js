// Value, slope and curvature of the chosen losses over the prediction, and the prediction on them.

import { axisOf, sampled } from "./curves.js";
import { evaluator, heldIn, formulaOf } from "./losses.js";
import { format } from "./numbers.js";
import { Plot } from "./plot.js";
import { changeHere, chosenLosses, parametersOf, state } from "./state.js";
import { find } from "./svg.js";
import { WORLDS } from "./worlds.js";

// Half of a tangent, as a share of the axis.
const TANGENT = 0.14;
const NAMES = ["value", "slope", "curvature"];

const isNarrow = width => width < 480;
const charts = [
  new Plot(find("value"), { height: width => (isNarrow(width) ? 230 : 320), bottom: 8 }),
  new Plot(find("slope"), { height: width => (isNarrow(width) ? 120 : 150), bottom: 8 }),
  new Plot(find("curvature"), { height: width => (isNarrow(width) ? 156 : 186), bottom: 44 }),
];

// Where a loss's prediction stands: after the last push, if it was pushed.
export function positionOf(loss) {
  return state.paths[loss.name]?.at(-1) ?? state.prediction[state.world];
}

export function showCharts() {
  const world = WORLDS[state.world];
  const drawn = chosenLosses().map(({ loss, place }) => {
    const evaluate = evaluator(loss, state.world, parametersOf(loss));
    const along = prediction => evaluate(state.label[state.world], prediction);
    return { loss, place, along, curves: sampled(along, world.low, world.high) };
  });
  charts.forEach((chart, order) => showChart(chart, order, drawn, world));
}

function showChart(chart, order, drawn, world) {
  const isLast = order === charts.length - 1;
  chart.place([world.low, world.high], axisOf(drawn.map(({ curves }) => curves[order])));
  const parts = [chart.frame({ xLabel: isLast ? world.axis : "", showsX: isLast })];
  if (world.model === "line") parts.push(...labelMark(chart, order));
  for (const { curves, place } of drawn) parts.push(chart.curve(curves[order], place));
  for (const each of drawn) parts.push(...marks(chart, order, each, world));
  chart.element.replaceChildren(...parts.filter(part => part));
  chart.element.setAttribute("aria-label", summary(order, drawn));
}

function labelMark(chart, order) {
  const label = state.label[state.world];
  const place = state.world === "logarithm" ? Math.log(label) : label;
  const { low, high } = WORLDS[state.world];
  if (!(place >= low && place <= high)) return [];
  const text = state.world === "logarithm" ? "log y" : "y";
  return [chart.vertical(place, "label-mark", order === 0 ? text : "")];
}

// The way here, the tangent, and the prediction itself.
function marks(chart, order, { loss, place, along: results }, world) {
  const at = positionOf(loss);
  const here = results(at);
  const [height, slope] = [here[order], here[order + 1]];
  const before = (state.paths[loss.name] ?? []).slice(0, -1);
  const trail = before
    .map(p => [p, results(p)[order]])
    .filter(([, y]) => chart.holds(y))
    .map(([p, y]) => chart.dot(p, y, place, 3, "step"));
  if (!Number.isFinite(height)) return trail;
  const reach = TANGENT * (world.high - world.low);
  const along = dx => [at + dx, height + dx * slope];
  const hasTangent = Number.isFinite(slope);
  const tangent = hasTangent && chart.line(along(-reach), along(reach), "tangent", place);
  return [...trail, tangent, chart.dot(at, height, place, 6)];
}

function summary(order, drawn) {
  const said = drawn.map(({ loss, along }) => {
    const at = positionOf(loss);
    return `${loss.title} ${format(along(at)[order])} at ${format(at)}`;
  });
  return `${NAMES[order]} over the prediction: ${said.join(", ") || "no loss chosen"}`;
}

// -- the pointer moves the prediction ----------------------------------------------------------

export function movePrediction(prediction) {
  changeHere("prediction", Number(prediction.toFixed(3)), { paths: {} });
}

// A prediction that every chosen loss is defined for, if there is one.
export function allowed(loss, prediction) {
  return heldIn(formulaOf(loss, state.world, parametersOf(loss)).predictions, prediction);
}

for (const chart of charts) {
  const move = event => movePrediction(chart.at(event)[0]);
  chart.element.addEventListener("pointerdown", event => {
    chart.element.setPointerCapture(event.pointerId);
    move(event);
  });
  chart.element.addEventListener("pointermove", event => event.buttons && move(event));
}
