// The questions and the grid of their numbers: which one shows, which were seen, what each number says.
import { words } from "./words.js";

const NARROW = matchMedia("(max-width: 56rem)");

export class Navigator {
  here = null;
  seen = new Set();

  constructor({ answered, flagged, waiting, moved, sawNew }) {
    Object.assign(this, { answered, flagged, waiting, moved, sawNew });
    this.questions = [...document.querySelectorAll(".question")];
    this.slots = this.questions.map((question) => Number(question.dataset.slot));
    this.cells = new Map([...document.querySelectorAll(".grid .q")].map((cell) => [Number(cell.dataset.slot), cell]));
    this.whole = false;
  }

  start() {
    document.querySelector(".grid").addEventListener("keydown", (event) => this.#arrows(event));
    addEventListener("hashchange", () => this.#follow(true));
    const watcher = new IntersectionObserver((entries) => {
      for (const entry of entries) if (entry.isIntersecting) this.#see(Number(entry.target.dataset.slot));
    }, { threshold: 0.2 });
    this.questions.forEach((question) => {
      watcher.observe(question);
      question.addEventListener("focusin", () => { if (this.whole) this.show(Number(question.dataset.slot)); });
    });
    document.addEventListener("click", (event) => this.#clicked(event));
    this.#follow(false);
  }

  question(slot) { return this.questions[this.slots.indexOf(slot)]; }
  before(slot) { return this.slots[this.slots.indexOf(slot) - 1]; }
  after(slot) { return this.slots[this.slots.indexOf(slot) + 1]; }

  setWhole(whole) {
    this.whole = whole;
    document.documentElement.dataset.view = whole ? "all" : "one";
    this.show(this.here);
    if (whole) this.question(this.here).scrollIntoView();
  }

  show(slot) {
    this.here = slot;
    for (const question of this.questions) question.hidden = !this.whole && Number(question.dataset.slot) !== slot;
    if (!this.whole) this.#see(slot);
    this.draw();
    this.moved(slot);
  }

  focusGrid() {
    if (NARROW.matches) location.hash = "navigator";
    this.cells.get(this.here).focus();
  }

  // A link to the question that shows already changes no address, but still means "go there".
  #clicked(event) {
    const link = event.target.closest?.('a[href^="#q"]');
    if (link && link.hash === location.hash) {
      event.preventDefault();
      this.#follow(true);
    }
  }

  #follow(focus) {
    const slot = Number(location.hash.match(/^#q(\d+)$/)?.[1]);
    if (this.slots.includes(slot)) {
      this.show(slot);
      const question = this.question(slot);
      question.scrollIntoView();
      if (!this.whole) scrollTo(0, 0);
      if (focus) question.focus({ preventScroll: true });
    } else if (this.here === null) {
      this.show(this.slots[0]);
    }
  }

  #see(slot) {
    if (this.seen.has(slot)) return;
    this.seen.add(slot);
    this.sawNew(slot);
    this.draw();
  }

  draw() {
    const counts = { done: 0, seen: 0, new: 0, flagged: 0, held: 0 };
    for (const [slot, cell] of this.cells) {
      const state = this.answered(slot) ? "done" : this.seen.has(slot) ? "seen" : "new";
      const [flagged, held, here] = [this.flagged(slot), this.waiting(slot), slot === this.here];
      counts[state] += 1;
      counts.flagged += flagged;
      counts.held += held;
      cell.className = ["q", state, held && "held", here && "here"].filter(Boolean).join(" ");
      cell.querySelector(".flag").toggleAttribute("hidden", !flagged);
      cell.tabIndex = here ? 0 : -1;
      if (here) cell.setAttribute("aria-current", "step");
      else cell.removeAttribute("aria-current");
      const told = [words("question", { number: slot }), words(`state_${state}`)];
      if (flagged) told.push(words("state_flagged"));
      if (held) told.push(words("state_held"));
      cell.setAttribute("aria-label", told.join(words("comma")));
    }
    for (const [name, count] of Object.entries(counts)) {
      document.querySelector(`.key [data-count="${name}"]`).textContent = count;
    }
    document.querySelector(".key .unsent").hidden = counts.held === 0;
    return counts;
  }

  // One stop for Tab; arrows go on inside, in both directions of the grid.
  #arrows(event) {
    const cells = [...this.cells.values()];
    const at = cells.indexOf(event.target.closest(".q"));
    if (at < 0 || event.ctrlKey || event.altKey || event.metaKey) return;
    const width = Math.max(1, cells.filter((cell) => cell.offsetTop === cells[0].offsetTop).length);
    const steps = { ArrowRight: 1, ArrowLeft: -1, ArrowDown: width, ArrowUp: -width, Home: -at, End: cells.length - 1 - at };
    if (!(event.key in steps)) return;
    event.preventDefault();
    const to = Math.min(Math.max(at + steps[event.key], 0), cells.length - 1);
    cells.forEach((cell, index) => { cell.tabIndex = index === to ? 0 : -1; });
    cells[to].focus();
  }
}
