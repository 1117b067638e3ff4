// What panels of controls share.

import { find } from "./svg.js";

// Elements are made anew only where what they are for has changed: a slider that is held stays.
export function rebuilt(element, key, make) {
  if (element.dataset.key === key) return;
  element.dataset.key = key;
  const focused = document.activeElement?.id;
  element.replaceChildren(...make());
  if (focused && element.contains(find(focused))) find(focused).focus();
}

// A slider's number, to be read and to be heard.
export function say(slider, text) {
  slider.setAttribute("aria-valuetext", text);
  find(`${slider.id}-is`).value = text;
}
