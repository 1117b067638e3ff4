// What is predicted, which losses, their parameters, and the rates of descent.

import { lossesOf, parametersIn } from "./losses.js";
import { format } from "./numbers.js";
import { rebuilt, say } from "./panels.js";
import {
  change, changeHere, chosenLosses, MOST_CHOSEN, nearest, parametersOf, RATES, state,
} from "./state.js";
import { find, html } from "./svg.js";
import { WORLDS } from "./worlds.js";

export function showControls() {
  showWorlds();
  showLosses();
  showParameters();
  showRate("rate", state.rate[state.world]);
  showRate("model-rate", state.modelRate);
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
  const { world } = state;
  const having = chosenLosses().filter(({ loss }) => parametersIn(loss, world).length > 0);
  const key = having.map(({ loss, place }) => `${loss.name}${place}`).join();
  rebuilt(find("parameters"), `${world}:${key}`, () =>
    having.map(({ loss, place }) =>
      html(
        "fieldset",
        { class: `parameters place-${place}` },
        html("legend", {}, loss.title),
        ...parametersIn(loss, world).map(each => parameterRow(loss, each)),
      ),
    ),
  );
  for (const { loss } of having) {
    for (const parameter of parametersIn(loss, world)) showParameter(loss, parameter);
  }
}

function parameterRow(loss, parameter) {
  const { name, field, shown, usual, values } = parameter;
  const id = `${loss.name}.${name}`;
  const slider = html("input", {
    type: "range", id, min: 0, max: values.length - 1, step: 1,
    oninput: event => setParameter(loss, parameter, values[event.target.value]),
  });
  const words = html("label", { for: id }, shown);
  const out = html("output", { for: id });
  const isFirst = loss.parameters.find(each => each.field === field) === parameter;
  if (usual !== null || !isFirst) return html("div", { class: "row" }, words, slider, out);
  const box = html("input", {
    type: "checkbox", id: `${id}.given`, "aria-label": `use ${field}`,
    onchange: event => give(loss, parameter, event.target.checked),
  });
  const choice = html("span", { class: "optional" }, box, words);
  return html("div", { class: "row" }, choice, slider, out);
}

// Of a tuple that is not given, the first number stands for all.
function showParameter(loss, { name, values }) {
  const value = parametersOf(loss)[name];
  const slider = find(`${loss.name}.${name}`);
  const shown = value === null ? "off" : format(value);
  slider.value = value === null ? 0 : values.indexOf(value);
  slider.disabled = value === null;
  slider.setAttribute("aria-valuetext", shown);
  slider.parentElement.querySelector("output").value = shown;
  const box = find(`${loss.name}.${name}.given`);
  if (box) box.checked = value !== null;
  slider.parentElement.hidden = value === null && !box;
}

// The numbers of one tuple are given together.
function give(loss, { field }, isGiven) {
  const all = loss.parameters.filter(each => each.field === field);
  setParameters(loss, all.map(({ name, given }) => [name, isGiven ? given : null]));
}

// Numbers that rise stay between their neighbours.
function setParameter(loss, { name, field, rises, values }, value) {
  const all = loss.parameters.filter(each => each.field === field);
  const place = all.findIndex(each => each.name === name);
  const numberOf = each => each && parametersOf(loss)[each.name];
  const [before, after] = [all[place - 1], all[place + 1]].map(numberOf);
  const between = values.filter(each => !(each <= before) && !(each >= after));
  setParameters(loss, [[name, rises ? nearest(between, value) : value]]);
}

function setParameters(loss, pairs) {
  const own = { ...state.parameters[loss.name], ...Object.fromEntries(pairs) };
  change({ parameters: { ...state.parameters, [loss.name]: own }, paths: {} });
}

// -- rates --------------------------------------------------------------------------------------

function showRate(id, rate) {
  const slider = find(id);
  Object.assign(slider, { min: 0, max: RATES.length - 1, step: 1 });
  slider.value = RATES.indexOf(rate);
  say(slider, format(rate));
}

find("rate").addEventListener("input", event => changeHere("rate", RATES[event.target.value]));
find("model-rate").addEventListener("input", event =>
  change({ modelRate: RATES[event.target.value] }),
);
