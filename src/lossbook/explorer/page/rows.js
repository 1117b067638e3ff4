// The whole row, where a prediction is one: what each loss makes of every entry.

import { positionOf } from "./charts.js";
import { evaluator, meaningOf } from "./losses.js";
import { format } from "./numbers.js";
import { rowHead } from "./readout.js";
import { chosenLosses, parametersOf, state } from "./state.js";
import { find, html, svg } from "./svg.js";
import { WORLDS } from "./worlds.js";

const BAR = { width: 64, height: 12 };

export function showRow() {
  const { axes, meaning } = WORLDS[state.world];
  const isRow = axes.length > 1;
  find("row-panel").hidden = !isRow;
  if (!isRow) return;
  find("row-meaning").textContent = meaning ?? "";
  find("row-meaning").hidden = !meaning;
  const groups = chosenLosses().map(each => group(each, axes, meaning));
  find("row-table").replaceChildren(find("row-head"), ...groups);
}

// One part of the table for each loss: its value, then an entry of the prediction per line.
function group({ loss, place }, axes, meaning) {
  const parameters = parametersOf(loss);
  const at = positionOf(loss);
  const label = state.label[state.world];
  const [value, ...derivatives] = evaluator(loss, state.world, parameters)(label, at);
  const means = meaningOf(loss, state.world, parameters, at);
  const lines = axes.map(({ name }, k) => {
    const numbers = [derivatives[k], derivatives[axes.length + k]];
    const isMoving = k === state.column[state.world];
    return html(
      "tr",
      { class: isMoving ? "moving" : null },
      html("th", { scope: "row" }, name),
      html("td", {}, format(at[k])),
      meaning ? html("td", {}, ...(means ? meant(means[k], k, place) : ["–"])) : null,
      ...numbers.map(number => html("td", {}, format(number))),
    );
  });
  const head = rowHead(loss, place);
  head.setAttribute("scope", "rowgroup");
  head.setAttribute("colspan", meaning ? 3 : 2);
  const cost = html("td", { colspan: 2 }, `value ${format(value)}`);
  return html("tbody", {}, html("tr", { class: "of" }, head, cost), ...lines);
}

// A probability has a bar as long as it, and an outline as long as the label asks.
function meant(number, k, place) {
  const wanted = wantedShare(k);
  if (wanted === null) return [format(number)];
  const bar = width => ({ y: 1, height: BAR.height, width: BAR.width * width, rx: 2 });
  const picture = svg(
    "svg",
    { class: "bar", viewBox: `-1 0 ${BAR.width + 2} ${BAR.height + 2}`, "aria-hidden": "true" },
    svg("rect", { ...bar(1), class: "unwanted" }),
    svg("rect", { ...bar(Math.min(Math.max(number, 0), 1) || 0), class: `place-${place} share` }),
    svg("rect", { ...bar(wanted), class: "wanted" }),
  );
  return [picture, format(number, 3)];
}

// What the label asks of an entry that is a probability; null where none is.
function wantedShare(k) {
  const label = state.label[state.world];
  const { form } = WORLDS[state.world].label;
  if (form === "grade") return label[0] > k ? 1 : 0;
  return form === "class" ? label[k] : null;
}
