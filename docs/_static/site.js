// What scrolls must be reachable with the keyboard.
window.addEventListener("load", () => {
  const mark = () => {
    for (const box of document.querySelectorAll("div.math")) {
      if (box.scrollWidth > box.clientWidth) box.tabIndex = 0;
      else box.removeAttribute("tabindex");
    }
  };
  window.MathJax?.startup?.promise?.then(mark);
  window.addEventListener("resize", mark);
});
