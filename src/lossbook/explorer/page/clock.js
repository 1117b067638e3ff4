// Something that is done again and again while its button says so.

export class Clock {
  constructor(button, tick, pause) {
    Object.assign(this, { button, tick, pause, isRunning: false });
    this.words = button.textContent;
    button.addEventListener("click", () => (this.isRunning ? this.stop() : this.start()));
  }

  start() {
    this.isRunning = true;
    this.show();
    this.next();
  }

  stop() {
    this.isRunning = false;
    this.show();
    clearTimeout(this.timer);
  }

  next() {
    this.tick();
    if (this.isRunning) this.timer = setTimeout(() => this.next(), this.pause);
  }

  show() {
    this.button.textContent = this.isRunning ? "Pause" : this.words;
  }
}
