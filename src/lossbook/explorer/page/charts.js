// Value, slope and curvature of the chosen losses over the prediction, and the prediction on them.
// Of a row, one entry moves along the axis, and the others stay.

import { axisOf, sampled } from "./curves.js";
import { byColumn, evaluator, formulaOf, heldIn } from "./losses.js";
import { format } from "./numbers.js";
import { Plot } from "./plot.js";
import { changeHere, chosenLosses, parametersOf, state } from "./state.js";
import { find } from "./svg.js";
import { axisAt } from "./worlds.js";

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
  const column = state.column[state.world];
  const axis = axisAt(state.world, column);
  const drawn = chosenLosses().map(({ loss, place }) => {
    const evaluate = evaluator(loss, state.world, parametersOf(loss));
    const at = row => byColumn(evaluate(state.label[state.world], row), column);
    const along = x => at(positionOf(loss).with(column, x));
    return { loss, place, at, along, curves: sampled(along, axis.low, axis.high) };
  });
  charts.forEach((chart, order) => showChart(chart, order, drawn, axis, column));
}

function showChart(chart, order, drawn, axis, column) {
  const isLast = order === charts.length - 1;
  chart.place([axis.low, axis.high], axisOf(drawn.map(({ curves }) => curves[order])));
  const parts = [chart.frame({ xLabel: isLast ? axis.axis : "", showsX: isLast })];
  if (axis.mark) parts.push(...labelMark(chart, order, axis));
  for (const { curves, place } of drawn) parts.push(chart.curve(curves[order], place));
  for (const each of drawn) parts.push(...marks(chart, order, each, axis, column));
  chart.element.replaceChildren(...parts.filter(part => part));
  chart.element.setAttribute("aria-label", summary(order, drawn, column));
}

function labelMark(chart, order, { low, high, mark }) {
  const place = mark.at(state.label[state.world][0]);
  if (!(place >= low && place <= high)) return [];
  return [chart.vertical(place, "label-mark", order === 0 ? mark.text : "")];
}

// The way here, the tangent, and the prediction itself.
function marks(chart, order, { loss, place, at }, axis, column) {
  const row = positionOf(loss);
  const here = at(row);
  const [x, height, slope] = [row[column], here[order], here[order + 1]];
  const before = (state.paths[loss.name] ?? []).slice(0, -1);
  const trail = before
    .map(step => [step[column], at(step)[order]])
    .filter(([, y]) => chart.holds(y))
    .map(([p, y]) => chart.dot(p, y, place, 3, "step"));
  if (!Number.isFinite(height)) return trail;
  const reach = TANGENT * (axis.high - axis.low);
  const along = dx => [x + dx, height + dx * slope];
  const hasTangent = Number.isFinite(slope);
  const tangent = hasTangent && chart.line(along(-reach), along(reach), "tangent", place);
  return [...trail, tangent, chart.dot(x, height, place, 6)];
}

function summary(order, drawn, column) {
  const said = drawn.map(({ loss, at }) => {
    const row = positionOf(loss);
    return `${loss.title} ${format(at(row)[order])} at ${format(row[column])}`;
  });
  return `${NAMES[order]} over the prediction: ${said.join(", ") || "no loss chosen"}`;
}

// -- the pointer moves the prediction ----------------------------------------------------------

export function movePrediction(x, column = state.column[state.world]) {
  const row = state.prediction[state.world].with(column, Number(x.toFixed(3)));
  changeHere("prediction", row, { paths: {} });
}

// The nearest prediction that the loss is defined for.
export function allowed(loss, prediction) {
  const { predictions } = formulaOf(loss, state.world, parametersOf(loss));
  return prediction.map(each => heldIn(predictions, each));
}

for (const chart of charts) {
  const move = event => movePrediction(chart.at(event)[0]);
  chart.element.addEventListener("pointerdown", event => {
    chart.element.setPointerCapture(event.pointerId);
    move(event);
  });
  chart.element.addEventListener("pointermove", event => event.buttons && move(event));
}
