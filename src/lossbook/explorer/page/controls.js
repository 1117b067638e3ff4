// What is predicted, which losses, their parameters, label and prediction.

import { movePrediction } from "./charts.js";
import { describe, formulaOf, holds, lossesOf } from "./losses.js";
import { format } from "./numbers.js";
import {
  change, changeHere, chosenLosses, MOST_CHOSEN, nearest, parametersOf, RATES, state,
} from "./state.js";
import { find, html } from "./svg.js";
import { WORLDS } from "./worlds.js";

export function showControls() {
  showWorlds();
  showLosses();
  showParameters();
  showLabel();
  showPrediction();
  showRate("rate", state.rate[state.world]);
  showRate("model-rate", state.modelRate);
}

// Elements are made anew only where what they are for has changed: a slider that is held stays.
function rebuilt(element, key, make) {
  if (element.dataset.key === key) return;
  element.dataset.key = key;
  const focused = document.activeElement?.id;
  element.replaceChildren(...make());
  if (focused && element.contains(find(focused))) find(focused).focus();
}

// -- what is predicted -------------------------------------------------------------------------

function showWorlds() {
  rebuilt(find("worlds"), "all", () =>
    Object.entries(WORLDS).map(([name, { title }]) => {
      const choose = () => change({ world: name, paths: {} });
      const input = html("input", {
        type: "radio", name: "world", id: `world-${name}`, onchange: choose,
      });
      return html("label", {}, input, html("span", {}, title));
    }),
  );
  find(`world-${state.world}`).checked = true;
}

// -- which losses ------------------------------------------------------------------------------

function showLosses() {
  const { world } = state;
  rebuilt(find("losses"), world, () =>
    lossesOf(world).map(loss =>
      html(
        "label",
        { class: "choice", title: loss.summary },
        html("input", {
          type: "checkbox", id: `loss-${loss.name}`, onchange: () => toggle(loss.name),
        }),
        html("span", {}, loss.title),
      ),
    ),
  );
  const chosen = state.chosen[world];
  const isFull = chosen.filter(name => name).length >= MOST_CHOSEN;
  for (const { name } of lossesOf(world)) {
    const box = find(`loss-${name}`);
    const place = chosen.indexOf(name);
    box.checked = place >= 0;
    box.disabled = isFull && place < 0;
    box.parentElement.className = place >= 0 ? `choice place-${place}` : "choice";
  }
  find("most").hidden = !isFull;
}

// A loss that goes leaves its place, and with it its colour, to the next that comes.
function toggle(name) {
  const chosen = [...state.chosen[state.world]];
  const place = chosen.indexOf(name);
  if (place >= 0) chosen[place] = null;
  else if (chosen.includes(null)) chosen[chosen.indexOf(null)] = name;
  else chosen.push(name);
  changeHere("chosen", chosen, { paths: {} });
}

// -- parameters --------------------------------------------------------------------------------

function showParameters() {
  const having = chosenLosses().filter(({ loss }) => loss.parameters.length > 0);
  const key = having.map(({ loss, place }) => `${loss.name}${place}`).join();
  rebuilt(find("parameters"), `${state.world}:${key}`, () =>
    having.map(({ loss, place }) =>
      html(
        "fieldset",
        { class: `parameters place-${place}` },
        html("legend", {}, loss.title),
        ...loss.parameters.map(parameter => parameterRow(loss, parameter)),
      ),
    ),
  );
  for (const { loss } of having) {
    for (const parameter of loss.parameters) showParameter(loss, parameter);
  }
}

function parameterRow(loss, { name, usual, values }) {
  const id = `${loss.name}.${name}`;
  const give = value => setParameter(loss, name, value);
  const slider = html("input", {
    type: "range", id, min: 0, max: values.length - 1, step: 1,
    oninput: event => give(values[event.target.value]),
  });
  const words = html("label", { for: id }, name);
  const out = html("output", { for: id });
  if (usual !== null) return html("div", { class: "row" }, words, slider, out);
  const box = html("input", {
    type: "checkbox", id: `${id}.given`, "aria-label": `use ${name}`,
    onchange: event => give(event.target.checked ? nearest(values, 0.5) : null),
  });
  const choice = html("span", { class: "optional" }, box, words);
  return html("div", { class: "row" }, choice, slider, out);
}

function showParameter(loss, { name, usual, values }) {
  const value = parametersOf(loss)[name];
  const slider = find(`${loss.name}.${name}`);
  const shown = value === null ? "off" : format(value);
  slider.value = value === null ? 0 : values.indexOf(value);
  slider.disabled = value === null;
  slider.setAttribute("aria-valuetext", shown);
  slider.parentElement.querySelector("output").value = shown;
  if (usual === null) find(`${loss.name}.${name}.given`).checked = value !== null;
}

function setParameter(loss, name, value) {
  const own = { ...state.parameters[loss.name], [name]: value };
  change({ parameters: { ...state.parameters, [loss.name]: own }, paths: {} });
}

// -- label and prediction ----------------------------------------------------------------------

function showLabel() {
  const { low, high, step } = WORLDS[state.world].label;
  const takesShares = chosenLosses().every(({ loss }) => !domains(loss).labels.two);
  const isClass = step === 1;
  const slider = find("label");
  Object.assign(slider, { min: low, max: high, step: isClass && takesShares ? 0.05 : step });
  const given = state.label[state.world];
  const label = isClass && !takesShares ? Math.round(given) : given;
  state.label[state.world] = label;
  slider.value = label;
  say(slider, isClass && label % 1 === 0 ? `class ${label}` : format(label));
  find("label-note").textContent = labelNote(label);
}

// Which of the chosen losses say nothing about this label or prediction, and why.
function labelNote(label) {
  const notes = chosenLosses().map(({ loss }) => {
    const { labels } = domains(loss);
    const isTaken = labels.two || holds(labels, label);
    return isTaken ? "" : `${loss.title} takes labels ${describe(labels)}.`;
  });
  return notes.filter(note => note).join(" ");
}

function showPrediction() {
  const { low, high } = WORLDS[state.world];
  const slider = find("prediction");
  Object.assign(slider, { min: low, max: high, step: high - low > 1 ? 0.01 : 0.001 });
  slider.value = state.prediction[state.world];
  say(slider, format(state.prediction[state.world]));
}

function showRate(id, rate) {
  const slider = find(id);
  Object.assign(slider, { min: 0, max: RATES.length - 1, step: 1 });
  slider.value = RATES.indexOf(rate);
  say(slider, format(rate));
}

function domains(loss) {
  return formulaOf(loss, state.world, parametersOf(loss));
}

function say(slider, text) {
  slider.setAttribute("aria-valuetext", text);
  find(`${slider.id}-is`).value = text;
}

find("label").addEventListener("input", event =>
  changeHere("label", Number(event.target.value), { paths: {} }),
);
find("prediction").addEventListener("input", event => movePrediction(Number(event.target.value)));
find("rate").addEventListener("input", event => changeHere("rate", RATES[event.target.value]));
find("model-rate").addEventListener("input", event =>
  change({ modelRate: RATES[event.target.value] }),
);
