// The points that the model learns from: they can be moved, added and taken away.

import { format } from "./numbers.js";
import { changeHere, MOST_POINTS, state } from "./state.js";
import { find, svg } from "./svg.js";

const NUDGE = 0.1; // of a point by one press of a key
const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] };

export class Dots {
  // `hasClasses` tells whether a point has a class beside its place.
  constructor(plot, hasClasses) {
    Object.assign(this, { plot, hasClasses, chosen: null, wanted: null });
    this.group = svg("g");
    plot.element.append(this.group);
    plot.element.addEventListener("click", event => {
      const isFree = !event.target.closest(".point") && plot.covers(event);
      if (isFree) this.add(plot.at(event));
    });
    find("point-add").addEventListener("click", () => {
      this.add([plot.xDomain, plot.yDomain].map(([low, high]) => (low + high) / 2));
    });
    find("point-remove").addEventListener("click", () => this.remove(this.chosen));
  }

  get points() {
    return state.points[state.world];
  }

  show() {
    const { group, plot, points } = this;
    if (this.world !== state.world) Object.assign(this, { world: state.world, chosen: null });
    while (group.childElementCount > points.length) group.lastChild.remove();
    while (group.childElementCount < points.length) group.append(this.made(group.childElementCount));
    points.forEach((point, k) => {
      const dot = group.children[k];
      const [across, up] = [plot.x(point[0]), plot.y(point[1])];
      dot.setAttribute("transform", `translate(${across.toFixed(2)} ${up.toFixed(2)})`);
      dot.setAttribute("class", `point ${this.hasClasses() ? `class-${point[2]}` : ""}`);
      dot.setAttribute("aria-label", `point ${k + 1} of ${points.length}`);
      dot.setAttribute("aria-valuenow", point[1]);
      dot.setAttribute("aria-valuetext", said(point));
    });
    find("point-add").disabled = points.length >= MOST_POINTS;
    find("point-remove").disabled = points.length < 2;
    if (this.wanted !== null) group.children[this.wanted]?.focus();
    this.wanted = null;
  }

  made(k) {
    const dot = svg(
      "g",
      { tabindex: 0, role: "slider", "aria-valuemin": -10, "aria-valuemax": 10 },
      svg("circle", { class: "grip", r: 16 }),
      svg("circle", { class: "disc", r: 6.5 }),
      svg("path", { class: "square", d: "M-6 -6H6V6H-6Z" }),
    );
    dot.addEventListener("pointerdown", event => {
      dot.setPointerCapture(event.pointerId);
      event.stopPropagation();
    });
    dot.addEventListener("pointermove", event => event.buttons && this.move(k, this.plot.at(event)));
    dot.addEventListener("keydown", event => this.press(event, k));
    dot.addEventListener("focus", () => {
      this.chosen = k;
    });
    return dot;
  }

  press(event, k) {
    const point = this.points[k];
    if (event.key === "Enter" && this.hasClasses()) {
      this.replace(k, [point[0], point[1], 1 - point[2]]);
    } else if (event.key in ARROWS) {
      const [across, up] = ARROWS[event.key];
      this.move(k, [point[0] + NUDGE * across, point[1] + NUDGE * up]);
    } else if (event.key === "Delete" || event.key === "Backspace") {
      this.remove(k);
      this.wanted = Math.min(k, this.points.length - 1);
    } else {
      return;
    }
    event.preventDefault();
  }

  held([x, y]) {
    const within = (value, [low, high]) => Number(Math.min(Math.max(value, low), high).toFixed(2));
    return [within(x, this.plot.xDomain), within(y, this.plot.yDomain)];
  }

  move(k, place) {
    this.replace(k, [...this.held(place), ...this.points[k].slice(2)]);
  }

  replace(k, point) {
    changeHere("points", this.points.with(k, point));
  }

  // The new point is chosen, so that keys can move it.
  add(place) {
    if (this.points.length >= MOST_POINTS) return;
    this.wanted = this.points.length;
    changeHere("points", [...this.points, [...this.held(place), ...(this.hasClasses() ? [1] : [])]]);
  }

  // One point always stays; where none was chosen, the last one goes.
  remove(chosen) {
    const last = this.points.length - 1;
    if (last < 1) return;
    const gone = chosen === null || chosen > last ? last : chosen;
    this.chosen = null;
    changeHere("points", this.points.filter((_, k) => k !== gone));
  }
}

function said([x, y, label]) {
  const place = `${format(x, 3)}, ${format(y, 3)}`;
  return label === undefined ? place : `${place}, class ${label}`;
}
