// A plot of curves in SVG: scales, grid, axes, curves and marks, in pixels of the screen.

import { format, ticks } from "./numbers.js";
import { svg } from "./svg.js";

const MARGIN = { top: 10, right: 14, bottom: 24, left: 54 };

export class Plot {
  constructor(element, { height, bottom = MARGIN.bottom }) {
    this.element = element;
    this.height = height;
    this.margin = { ...MARGIN, bottom };
    this.clip = `inside-${element.id}`;
  }

  // Numbers of the data to places on the screen; domains are [low, high].
  place(xDomain, yDomain) {
    const { margin } = this;
    this.width = Math.max(this.element.clientWidth, 200);
    const pixels = typeof this.height === "function" ? this.height(this.width) : this.height;
    this.box = { width: this.width, height: pixels };
    this.inner = {
      left: margin.left,
      right: this.width - margin.right,
      top: margin.top,
      bottom: pixels - margin.bottom,
    };
    this.xDomain = xDomain;
    this.yDomain = yDomain;
    this.element.setAttribute("viewBox", `0 0 ${this.width} ${pixels}`);
    this.element.setAttribute("height", pixels);
  }

  x(value) {
    const [low, high] = this.xDomain;
    const { left, right } = this.inner;
    return left + ((value - low) / (high - low)) * (right - left);
  }

  y(value) {
    const [low, high] = this.yDomain;
    const { top, bottom } = this.inner;
    return bottom - ((value - low) / (high - low)) * (bottom - top);
  }

  // The data's numbers at a place of the pointer.
  at(event) {
    const bounds = this.element.getBoundingClientRect();
    const { left, right, top, bottom } = this.inner;
    const share = (event.clientX - bounds.left - left) / (right - left);
    const rise = (bottom - (event.clientY - bounds.top)) / (bottom - top);
    const between = ([low, high], part) => low + Math.min(Math.max(part, 0), 1) * (high - low);
    return [between(this.xDomain, share), between(this.yDomain, rise)];
  }

  // Whether a place of the pointer lies between the axes.
  covers(event) {
    const bounds = this.element.getBoundingClientRect();
    const { left, right, top, bottom } = this.inner;
    const [x, y] = [event.clientX - bounds.left, event.clientY - bounds.top];
    return x >= left && x <= right && y >= top && y <= bottom;
  }

  frame({ xLabel = "", showsX = true }) {
    const { left, right, top, bottom } = this.inner;
    const across = ticks(...this.xDomain, (right - left) / 60);
    const up = ticks(...this.yDomain, Math.max((bottom - top) / 26, 3));
    const line = (name, x1, y1, x2, y2) => svg("line", { class: name, x1, y1, x2, y2 });
    const rise = y => line(y === 0 ? "zero" : "grid", left, this.y(y), right, this.y(y));
    const run = x => line("grid", this.x(x), top, this.x(x), bottom);
    const text = (name, x, y, anchor, said) => svg("text", { class: name, x, y, "text-anchor": anchor }, said);
    const inside = { x: left, y: top, width: right - left, height: bottom - top };
    return svg(
      "g",
      { "aria-hidden": "true" },
      svg("clipPath", { id: this.clip }, svg("rect", inside)),
      ...across.map(run),
      ...up.map(rise),
      ...up.map(y => text("tick", left - 8, this.y(y) + 4, "end", format(y))),
      ...(showsX ? across : []).map(x => text("tick", this.x(x), bottom + 17, "middle", format(x))),
      xLabel && text("axis-label", right, bottom + 35, "end", xLabel),
    );
  }

  // Pieces of a curve; where it jumps, a faint line leads from one side to the other.
  curve(pieces, place, className = "curve") {
    const group = svg("g", { class: `${className} place-${place}`, "clip-path": `url(#${this.clip})` });
    pieces.forEach((piece, k) => {
      group.append(svg("path", { d: this.path(piece) }));
      const before = pieces[k - 1]?.at(-1);
      if (before && piece[0][0] - before[0] < 1e-9 * (this.xDomain[1] - this.xDomain[0])) {
        group.append(svg("path", { class: "jump", d: this.path([before, piece[0]]) }));
      }
    });
    return group;
  }

  path(points) {
    // Far outside nothing is seen, and browsers draw large numbers badly.
    const near = y => Math.min(Math.max(y, -1e4), 1e4).toFixed(2);
    const at = ([x, y], k) => `${k ? "L" : "M"}${this.x(x).toFixed(2)} ${near(this.y(y))}`;
    return points.map(at).join("");
  }

  line(from, to, className, place) {
    return this.curve([[from, to]], place, className);
  }

  holds(y) {
    const [low, high] = this.yDomain;
    return y >= low && y <= high;
  }

  // A dot; beyond the axis, a triangle at its end.
  dot(x, y, place, radius, className = "dot") {
    const { top, bottom } = this.inner;
    const [across, up] = [this.x(x), this.y(y)];
    const shared = { class: `${className} place-${place}` };
    if (this.holds(y)) {
      return svg("circle", { ...shared, cx: across, cy: up, r: radius });
    }
    const [edge, tip] = up < top ? [top + 11, top + 1] : [bottom - 11, bottom - 1];
    const corners = `M${across - 6} ${edge}L${across + 6} ${edge}L${across} ${tip}Z`;
    return svg("path", { ...shared, d: corners });
  }

  vertical(x, className, text) {
    const { top, bottom } = this.inner;
    const place = this.x(x);
    const isLeft = place < (this.inner.left + this.inner.right) / 2;
    const beside = isLeft ? { x: place + 6 } : { x: place - 6, "text-anchor": "end" };
    return svg(
      "g",
      { class: className },
      svg("line", { x1: place, x2: place, y1: top, y2: bottom }),
      text && svg("text", { ...beside, y: top + 13 }, text),
    );
  }
}
