// Three classes: what softmax makes of three scores, and where cross entropy pushes them.

import { Clock } from "./clock.js";
import { FORMULAS } from "./formulas.js";
import { format } from "./numbers.js";
import { change, RATES, state } from "./state.js";
import { find, html, svg } from "./svg.js";

const PLACES = [0, 1, 2];
const FARTHEST = 8; // of the scores that sliders give
const BAR = { left: 62, width: 350, height: 26, gap: 16 };

export const CROSS_ENTROPY = (y, p) => FORMULAS.cross_entropy__from_logits(y, p, {});

const label = () => PLACES.map(k => (k === state.target ? 1 : 0));

// exp(-value) of each class as the label: its probability, from the one printed function.
function probability(k) {
  return Math.exp(-CROSS_ENTROPY(PLACES.map(j => (j === k ? 1 : 0)), state.scores)[0]);
}

function pushScores() {
  const slopes = CROSS_ENTROPY(label(), state.scores).slice(1, 4);
  const scores = state.scores.map((score, k) => score - state.classRate * slopes[k]);
  change({ scores, pushes: state.pushes + 1 });
}

const scoresClock = new Clock(find("class-play"), pushScores, 220);

export function showClasses() {
  const [value, ...derivatives] = CROSS_ENTROPY(label(), state.scores);
  makeOnce();
  for (const k of PLACES) {
    find(`target-${k}`).checked = k === state.target;
    const slider = find(`score-${k}`);
    slider.value = state.scores[k];
    slider.setAttribute("aria-valuetext", format(state.scores[k], 3));
  }
  showRows(derivatives);
  showBars();
  find("class-value").value = `loss ${format(value)}`;
  find("class-steps").value = state.pushes === 1 ? "1 step" : `${state.pushes} steps`;
  find("class-rate").value = RATES.indexOf(state.classRate);
  find("class-rate-is").value = format(state.classRate);
  find("class-rate").setAttribute("aria-valuetext", format(state.classRate));
}

function showRows(derivatives) {
  const cells = k => [state.scores[k], probability(k), derivatives[k], derivatives[3 + k]];
  const rows = PLACES.map(k => {
    const name = k === state.target ? `class ${k} (right)` : `class ${k}`;
    const head = html("th", { scope: "row" }, name);
    return html("tr", {}, head, ...cells(k).map(x => html("td", {}, format(x))));
  });
  find("class-rows").replaceChildren(...rows);
}

// A bar per class as long as its probability, and the outline that the label asks for.
function showBars() {
  const parts = PLACES.flatMap(k => {
    const top = k * (BAR.height + BAR.gap) + 4;
    const box = width => ({ x: BAR.left, y: top, height: BAR.height, width, rx: 3 });
    const share = probability(k);
    const [end, base] = [BAR.left + BAR.width * share, top + 18];
    const beside = { x: end + 8, y: base };
    const within = { x: end - 8, y: base, class: "within", "text-anchor": "end" };
    return [
      svg("text", { x: BAR.left - 10, y: base, "text-anchor": "end" }, `class ${k}`),
      svg("rect", { ...box(BAR.width), class: k === state.target ? "wanted" : "unwanted" }),
      svg("rect", { ...box(BAR.width * share), class: `bar place-${k}` }),
      svg("text", share > 0.8 ? within : beside, format(share, 3)),
    ];
  });
  const picture = find("bars");
  picture.replaceChildren(...parts);
  const said = PLACES.map(k => `class ${k} ${format(probability(k), 3)}`);
  picture.setAttribute("aria-label", `probabilities: ${said.join(", ")}`);
}

// -- what moves them ---------------------------------------------------------------------------

function makeOnce() {
  if (find("score-0")) return;
  find("class-sliders").append(...PLACES.map(scoreRow));
}

function scoreRow(k) {
  const aim = () => change({ target: k, pushes: 0 });
  const radio = html("input", {
    type: "radio", name: "target", id: `target-${k}`, onchange: aim,
    "aria-label": `class ${k} is the right one`,
  });
  const slider = html("input", {
    type: "range", id: `score-${k}`, min: -FARTHEST, max: FARTHEST, step: 0.1,
    oninput: event => setScore(k, Number(event.target.value)),
  });
  const words = html("label", { for: `score-${k}` }, `score z${"₀₁₂"[k]}`);
  const choice = html("span", { class: "optional" }, radio, words);
  return html("div", { class: `row place-${k}` }, choice, slider);
}

function setScore(k, score) {
  change({ scores: state.scores.with(k, score), pushes: 0 });
}

find("class-rate").max = RATES.length - 1;
find("class-rate").addEventListener("input", event =>
  change({ classRate: RATES[event.target.value] }),
);
find("class-step").addEventListener("click", () => {
  scoresClock.stop();
  pushScores();
});
