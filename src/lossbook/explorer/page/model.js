// The panel of the model that learns: its lines follow the losses.

import { Clock } from "./clock.js";
import { Dots } from "./dots.js";
import { learned, meanLoss, scoreOf } from "./learning.js";
import { evaluator } from "./losses.js";
import { format } from "./numbers.js";
import { Plot } from "./plot.js";
import { INITIAL_POINTS } from "./points.js";
import { rowHead } from "./readout.js";
import { changeHere, chosenLosses, parametersOf, state } from "./state.js";
import { find, html, svg } from "./svg.js";
import { WORLDS } from "./worlds.js";

const REACH = 2.2; // of the features
const FRAME = 30; // milliseconds between two steps

const picture = find("model");
const height = width => Math.min(Math.round(width * 0.8), 430);
const plot = new Plot(picture, { height, bottom: 44 });
const backdrop = svg("g");
picture.append(backdrop);

// Weights of each chosen loss, and how many steps they have learned.
let fits = { world: null, weights: {}, steps: 0, lost: [] };

const isClassifier = () => WORLDS[state.world].model === "classifier";
const dots = new Dots(plot, isClassifier);

function start() {
  fits = { world: state.world, weights: {}, steps: 0, lost: [] };
}

function weightsOf(loss) {
  return (fits.weights[loss.name] ??= isClassifier() ? [0, 0, 0] : [0, 0]);
}

function learn() {
  const { link } = WORLDS[state.world];
  const points = state.points[state.world];
  for (const { loss } of chosenLosses()) {
    const evaluate = evaluator(loss, state.world, parametersOf(loss));
    const next = learned(evaluate, link, weightsOf(loss), points, state.modelRate);
    if (next) fits.weights[loss.name] = next;
    fits.lost = fits.lost.filter(name => name !== loss.name).concat(next ? [] : loss.name);
  }
  fits.steps += 1;
  showModel();
}

const learningClock = new Clock(find("learn"), learn, FRAME);

find("learn-step").addEventListener("click", () => {
  learningClock.stop();
  learn();
});
find("forget").addEventListener("click", () => {
  learningClock.stop();
  start();
  showModel();
});
find("points-back").addEventListener("click", () =>
  changeHere("points", INITIAL_POINTS[state.world]),
);

// -- drawing -----------------------------------------------------------------------------------

export function showModel() {
  const hasModel = WORLDS[state.world].model !== undefined;
  find("model-panel").hidden = !hasModel;
  if (!hasModel) learningClock.stop();
  else showLearning();
}

function showLearning() {
  if (fits.world !== state.world) {
    learningClock.stop();
    start();
  }
  const { data } = WORLDS[state.world];
  plot.place([-REACH, REACH], isClassifier() ? [-REACH, REACH] : [data.low, data.high]);
  const label = isClassifier() ? "first feature (up: the second)" : "feature x (up: label y)";
  backdrop.replaceChildren(plot.frame({ xLabel: label }), ...lines());
  dots.show();
  showFits();
}

function lines() {
  const parts = chosenLosses().map(({ loss, place }) =>
    isClassifier() ? boundary(weightsOf(loss), place) : [curve(weightsOf(loss), place)],
  );
  return parts.flat().filter(part => part);
}

function curve(weights, place) {
  const { shown } = WORLDS[state.world];
  const xs = Array.from({ length: 81 }, (_, k) => -REACH + (2 * REACH * k) / 80);
  return plot.curve([xs.map(x => [x, shown.value(scoreOf(weights, [x, 0]))])], place);
}

// Where the score is 0; a short arrow says on which side class 1 is.
function boundary([across, up, constant], place) {
  const size = Math.hypot(across, up);
  if (size < 1e-9) return [];
  const normal = [across / size, up / size];
  const foot = [(-constant * normal[0]) / size, (-constant * normal[1]) / size];
  const along = far => [foot[0] - far * normal[1], foot[1] + far * normal[0]];
  const tip = [foot[0] + 0.3 * normal[0], foot[1] + 0.3 * normal[1]];
  return [plot.line(along(-9), along(9), "curve", place), plot.line(foot, tip, "side", place)];
}

function showFits() {
  const { link } = WORLDS[state.world];
  const points = state.points[state.world];
  const rows = chosenLosses().map(({ loss, place }) => {
    const weights = weightsOf(loss);
    const evaluate = evaluator(loss, state.world, parametersOf(loss));
    const { value } = meanLoss(evaluate, link, weights, points);
    const right = points.filter(point => scoreOf(weights, point) > 0 === point.at(-1) > 0.5);
    const last = isClassifier() ? `${right.length} of ${points.length}` : equation(weights);
    const lost = fits.lost.includes(loss.name) ? " (too large a step: it was not taken)" : "";
    return html(
      "tr",
      {},
      rowHead(loss, place),
      html("td", {}, format(value) + lost),
      html("td", {}, last),
    );
  });
  find("fits").replaceChildren(...rows);
  find("fits-last").textContent = isClassifier() ? "right" : "model";
  find("learned").value = fits.steps === 1 ? "1 step" : `${fits.steps} steps`;
  find("forget").disabled = fits.steps === 0;
  find("points-back").disabled = points === INITIAL_POINTS[state.world];
  find("model-kind").textContent = isClassifier() ? CLASSIFIER : LINES[state.world];
}

function equation([slope, constant]) {
  const name = state.world === "number" ? "ŷ" : "log μ";
  const sign = constant < 0 ? "−" : "+";
  return `${name} = ${format(slope, 3)} x ${sign} ${format(Math.abs(constant), 3)}`;
}

const CLASSIFIER =
  "A linear classifier: its score is w₁x₁ + w₂x₂ + b, and each line is where one loss has put the " +
  "score of 0. Drag the points, or choose one with Tab and move it with the arrow keys; Enter " +
  "changes its class, Delete takes it away. A click between the points adds one.";
const DRAG =
  "Drag the points, or choose one with Tab and move it with the arrow keys; Delete takes it away. " +
  "A click between the points adds one.";
const LINES = {
  number:
    "A straight line ŷ = ax + b, one for each loss. One point is far off: which losses mind? " + DRAG,
  mean: `A curve μ = exp(ax + b), one for each loss. ${DRAG}`,
  logarithm: `A curve μ = exp(ax + b), one for each loss. ${DRAG}`,
};
