// Time by the server. The machine's clock only counts between two answers of the server; where it jumps, or the machine
// slept, the page asks again at once.
const MARKS = [10, 5, 1]; // minutes
const JUMP = 2000;

export class Clock {
  #offset;
  #endsAt;
  #announced;
  #over = false;
  #wall = Date.now();
  #steady = performance.now();

  constructor({ now, endsAt, tick, announce, over, jumped }) {
    this.#offset = Date.parse(now) - Date.now();
    this.#endsAt = Date.parse(endsAt);
    Object.assign(this, { tick, announce, over, jumped });
    this.#announced = new Set(MARKS.filter((minutes) => this.left() < minutes * 60));
  }

  now() { return new Date(Date.now() + this.#offset); }

  // Whole seconds left, never negative.
  left() { return Math.max(0, Math.ceil((this.#endsAt - this.now().getTime()) / 1000)); }

  // An answer of the server: its time lies between sending and receiving.
  note({ server_now: now, ends_at: endsAt, sentAt, receivedAt }) {
    if (now) this.#offset = Date.parse(now) - (sentAt + receivedAt) / 2;
    if (endsAt) this.#endsAt = Date.parse(endsAt);
    if (this.left() > 0) this.#over = false; // an officer gave more time
    this.#mark();
  }

  #mark() {
    this.#wall = Date.now();
    this.#steady = performance.now();
  }

  start() {
    const beat = () => {
      const apart = Date.now() - this.#wall - (performance.now() - this.#steady);
      this.#mark();
      if (Math.abs(apart) > JUMP) this.jumped();
      const left = this.left();
      this.tick(left);
      const passed = MARKS.filter((minutes) => left > 0 && left <= minutes * 60 && !this.#announced.has(minutes));
      passed.forEach((minutes) => this.#announced.add(minutes));
      if (passed.length) this.announce(Math.min(...passed));
      if (left === 0 && !this.#over) {
        this.#over = true;
        this.over();
      }
    };
    beat();
    return setInterval(beat, 500);
  }
}
