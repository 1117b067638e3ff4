// Puts the page together, and shows it anew whenever something was chosen.

import { showCharts } from "./charts.js";
import { showControls } from "./controls.js";
import { showDescent } from "./descent.js";
import { FORMULAS } from "./formulas.js";
import { showInputs } from "./inputs.js";
import { showModel } from "./model.js";
import { showFormulas, showReadout } from "./readout.js";
import { showRow } from "./rows.js";
import { change, onChange, readAddress, reset } from "./state.js";
import { find } from "./svg.js";

const panels = [
  showControls, showInputs, showCharts, showReadout, showDescent, showModel, showRow, showFormulas,
];
panels.forEach(onChange);

find("reset").addEventListener("click", reset);
window.addEventListener("hashchange", readAddress);
new ResizeObserver(() => change({})).observe(find("value"));
// For the console: lossbook.formulas.huber(y, p, { delta: 1 }) gives value, slope and curvature.
globalThis.lossbook = { formulas: FORMULAS };

readAddress();
