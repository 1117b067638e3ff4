// Light or dark: as the system says, until the reader chooses.

import { find } from "./svg.js";

const button = find("theme");
const system = matchMedia("(prefers-color-scheme: dark)");

function setTheme(theme) {
  document.documentElement.dataset.theme = theme;
  button.textContent = theme === "dark" ? "Light" : "Dark";
  button.setAttribute("aria-label", `${theme === "dark" ? "light" : "dark"} colours`);
}

function followSystem() {
  setTheme(system.matches ? "dark" : "light");
}

followSystem();
system.addEventListener("change", followSystem);
button.addEventListener("click", () => {
  system.removeEventListener("change", followSystem);
  setTheme(document.documentElement.dataset.theme === "dark" ? "light" : "dark");
});
