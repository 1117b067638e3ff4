// The numbers at the prediction, which are also the key to the colours; formulas of each loss.

import { positionOf } from "./charts.js";
import { byColumn, evaluator, formulaOf, parametersIn } from "./losses.js";
import { format } from "./numbers.js";
import { chosenLosses, parametersOf, state } from "./state.js";
import { find, html, svg } from "./svg.js";
import { axisAt } from "./worlds.js";

const NONE = "too long to help: the curve says more";

export function showReadout() {
  const column = state.column[state.world];
  const rows = chosenLosses().map(({ loss, place }) => {
    const at = positionOf(loss);
    const evaluate = evaluator(loss, state.world, parametersOf(loss));
    const results = byColumn(evaluate(state.label[state.world], at), column);
    const push = -state.rate[state.world] * results[1];
    const cells = [at[column], ...results].map(x => html("td", {}, format(x)));
    cells.push(html("td", { class: "extra" }, format(push)));
    return html("tr", {}, rowHead(loss, place), ...cells);
  });
  find("readout").replaceChildren(...rows);
  find("readout-at").textContent = axisAt(state.world, column).name;
  find("empty").hidden = rows.length > 0;
}

// A loss's name, which may break between its words, beside a piece of its curve.
export function rowHead(loss, place) {
  const words = loss.title.split(/(?<=[a-z])(?=[A-Z])/);
  const name = words.flatMap((word, k) => (k ? [html("wbr"), word] : [word]));
  return html("th", { scope: "row" }, key(place), ...name);
}

function key(place) {
  const looks = { class: `key curve place-${place}`, viewBox: "0 0 26 10", "aria-hidden": "true" };
  return svg("svg", looks, svg("path", { d: "M1 5H25" }));
}

export function showFormulas() {
  const shown = chosenLosses().map(({ loss, place }) => ({
    loss,
    place,
    formula: formulaOf(loss, state.world, parametersOf(loss)),
  }));
  const wanted = shown.map(({ formula, place }) => formula.key + place).join();
  const element = find("formulas");
  if (element.dataset.key !== wanted) {
    element.dataset.key = wanted;
    element.replaceChildren(...shown.map(card));
  }
  for (const { loss, formula } of shown) {
    find(`code-${loss.name}`).textContent = call(loss, formula);
  }
}

function card({ loss, place, formula }) {
  const shown = formula.math.flatMap(({ of, math }) => [html("dt", {}, of), drawnFormula(math)]);
  return html(
    "article",
    { class: `card place-${place}` },
    html("h3", {}, key(place), loss.title),
    html("p", {}, loss.summary),
    html("dl", {}, ...shown),
    formula.note ? html("p", { class: "note" }, formula.note) : null,
    html("pre", {}, html("code", { id: `code-${loss.name}` })),
  );
}

// MathML comes from the page itself, written when the page was.
function drawnFormula(math) {
  const place = html("dd", math ? { tabindex: 0 } : { class: "note" });
  if (math) place.innerHTML = math;
  else place.textContent = NONE;
  return place;
}

// How to get the same loss in Python.
function call(loss, { switches }) {
  const values = parametersOf(loss);
  const own = parametersIn(loss, state.world);
  const changed = own.filter(({ name, usual }) => values[name] !== usual);
  const fields = [...new Set(changed.map(({ field }) => field))];
  const numbers = field => own.filter(each => each.field === field).map(({ name }) => values[name]);
  const isTuple = field => own.some(({ name }) => field !== name && name.startsWith(field));
  const words = [
    ...fields.map(field => {
      const text = numbers(field).join(", ");
      return `${field}=${isTuple(field) ? `(${text})` : text}`;
    }),
    ...loss.switches.map(name => `${name}=${switches.includes(name) ? "True" : "False"}`),
  ];
  return `lossbook.${loss.title}(${words.join(", ")})`;
}
