window.addEventListener("load", () => {
  const adapt = () => {
    // A button is named by what it shows, the keys included.
    for (const button of document.querySelectorAll(".search-button-field")) {
      button.setAttribute("aria-label", button.innerText.trim() || "Search");
    }
    // What scrolls must be reachable with the keyboard.
    for (const box of document.querySelectorAll("div.math")) {
      if (box.scrollWidth > box.clientWidth) box.tabIndex = 0;
      else box.removeAttribute("tabindex");
    }
  };
  adapt();
  window.MathJax?.startup?.promise?.then(adapt);
  window.addEventListener("resize", adapt);
});
