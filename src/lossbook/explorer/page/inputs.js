// Label and prediction: a number, a class or a row of numbers each.

import { movePrediction } from "./charts.js";
import { describe, formulaOf, holds } from "./losses.js";
import { format, lowered } from "./numbers.js";
import { rebuilt, say } from "./panels.js";
import { changeHere, chosenLosses, parametersOf, state } from "./state.js";
import { find, html } from "./svg.js";
import { WORLDS } from "./worlds.js";

// What a label of several classes starts from, and how much of it one class may have.
const MIXED = [0.6, 0.3, 0.1];
const MOST_MIXED = 0.95;

export function showInputs() {
  showLabel();
  showPrediction();
  find("label-note").textContent = labelNote();
}

function setLabel(label) {
  changeHere("label", label, { paths: {} });
}

// A slider with its name before it and its number after it.
function row(id, words, { low, high, step }, onInput, before = null) {
  const slider = html("input", {
    type: "range", id, min: low, max: high, step,
    oninput: event => onInput(Number(event.target.value)),
  });
  const name = html("label", { for: id }, words);
  const head = before ? html("span", { class: "optional" }, before, name) : name;
  return html("div", { class: "row" }, head, slider, html("output", { id: `${id}-is`, for: id }));
}

function radio(id, group, words, onChange) {
  return html("input", { type: "radio", name: group, id, onchange: onChange, "aria-label": words });
}

// -- label -------------------------------------------------------------------------------------

const isMixed = label => !label.includes(1);

function showLabel() {
  const { form, ...range } = WORLDS[state.world].label;
  const label = state.label[state.world];
  SHOWN[form]({ form, ...range }, label);
}

const SHOWN = { number: showNumbers, row: showNumbers, two: showTwo, class: showClass, grade: showGrade };

function showNumbers(range, label) {
  const id = k => (label.length > 1 ? `label-${k}` : "label");
  const words = k => (label.length > 1 ? `label y${lowered(k)}` : "label y");
  const give = (k, y) => setLabel(state.label[state.world].with(k, y));
  rebuilt(find("labels"), `${state.world}:${range.form}`, () =>
    label.map((_, k) => row(id(k), words(k), range, y => give(k, y))),
  );
  label.forEach((y, k) => slideTo(id(k), y, format(y)));
}

// One of two classes; between them, where all chosen losses know what that means.
function showTwo(range, label) {
  const takesShares = chosenLosses().every(({ loss }) => !domains(loss).labels.two);
  const step = takesShares ? 0.05 : 1;
  rebuilt(find("labels"), `${state.world}:${step}`, () => [
    row("label", "label y", { ...range, step }, y => setLabel([y])),
  ]);
  const y = takesShares ? label[0] : Math.round(label[0]);
  state.label[state.world] = [y];
  slideTo("label", y, y % 1 === 0 ? `class ${y}` : format(y));
}

function showClass(_, label) {
  const mixed = isMixed(label);
  const pure = k => label.map((_, j) => (j === k ? 1 : 0));
  const mix = label.map((_, k) => MIXED[k] ?? 0);
  const choices = [...label.map((_, k) => [`label-is-${k}`, `class ${k}`, pure(k)])];
  rebuilt(find("labels"), `${state.world}:${mixed}`, () => [
    choice([...choices, ["label-mixed", "shares of all", mix]]),
    ...(mixed ? label.map((_, k) => shareRow(k)) : []),
  ]);
  label.forEach((share, k) => {
    find(`label-is-${k}`).checked = share === 1;
    if (mixed) slideTo(`label-${k}`, share, format(share, 3));
  });
  find("label-mixed").checked = mixed;
}

function shareRow(k) {
  const range = { low: 0, high: MOST_MIXED, step: 0.05 };
  return row(`label-${k}`, `share of class ${k}`, range, share => setShare(k, share));
}

// The other classes keep their proportions.
function setShare(k, share) {
  const label = state.label[state.world];
  const others = label.reduce((sum, each, j) => (j === k ? sum : sum + each), 0);
  const even = 1 / (label.length - 1);
  const rest = each => (1 - share) * (others > 1e-9 ? each / others : even);
  setLabel(label.map((each, j) => (j === k ? share : rest(each))));
}

function showGrade(_, label) {
  const grades = Array.from({ length: WORLDS[state.world].axes.length + 1 }, (_, k) => k);
  rebuilt(find("labels"), state.world, () => [
    choice(grades.map(k => [`label-is-${k}`, `grade ${k}`, [k]])),
  ]);
  for (const k of grades) find(`label-is-${k}`).checked = k === label[0];
}

// Radio buttons, each with the label that it gives.
function choice(options) {
  const buttons = options.map(([id, words, label]) =>
    html("label", {}, radio(id, "label", words, () => setLabel(label)), html("span", {}, words)),
  );
  return html(
    "fieldset",
    { class: "row label-choice" },
    html("legend", {}, "label y"),
    html("div", { class: "segments" }, ...buttons),
  );
}

// Which of the chosen losses say nothing about this label, and why.
function labelNote() {
  const label = state.label[state.world];
  const notes = chosenLosses().map(({ loss }) => {
    const { labels } = domains(loss);
    const isTaken = labels.two || label.every(y => holds(labels, y));
    return isTaken ? "" : `${loss.title} takes labels ${describe(labels)}.`;
  });
  return notes.filter(note => note).join(" ");
}

function domains(loss) {
  return formulaOf(loss, state.world, parametersOf(loss));
}

// -- prediction --------------------------------------------------------------------------------

function showPrediction() {
  const { axes } = WORLDS[state.world];
  const isRow = axes.length > 1;
  const id = k => (isRow ? `prediction-${k}` : "prediction");
  rebuilt(find("predictions"), state.world, () =>
    axes.map(({ name, low, high }, k) => {
      const range = { low, high, step: high - low > 1 ? 0.01 : 0.001 };
      const words = isRow ? name : "prediction";
      return row(id(k), words, range, x => movePrediction(x, k), isRow ? columnChoice(k, name) : null);
    }),
  );
  find("column-note").hidden = !isRow;
  state.prediction[state.world].forEach((x, k) => slideTo(id(k), x, format(x)));
  if (isRow) find(`column-${state.column[state.world]}`).checked = true;
}

function columnChoice(k, name) {
  const choose = () => changeHere("column", k);
  return radio(`column-${k}`, "column", `${name} moves along the axis`, choose);
}

function slideTo(id, value, text) {
  find(id).value = value;
  say(find(id), text);
}
