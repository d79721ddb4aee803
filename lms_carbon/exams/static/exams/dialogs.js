// The dialogs of the exam: submit now?, on the way, and what ends a window's work.
import { words } from "./words.js";

const find = (id) => document.getElementById(id);

// Ask whether to submit; resolves to true or false. The focus is on "go on answering".
export function askSubmit({ unanswered, flagged, left }) {
  const dialog = find("hand-in");
  dialog.querySelector("[data-unanswered]").textContent =
    unanswered ? words("unanswered", { n: unanswered }) : words("all_answered");
  dialog.querySelector("[data-rest]").textContent =
    [flagged && words("flagged", { n: flagged }), words("left", { time: left })].filter(Boolean).join("");
  dialog.returnValue = "";
  dialog.showModal();
  dialog.querySelector("[data-stay]").focus();
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => resolve(dialog.returnValue === "yes"), { once: true });
  });
}

// While the submission is under way; `back` lets the candidate go on answering, where that is still possible.
export class Sending {
  #dialog = find("sending");
  #back = this.#dialog.querySelector("[data-back]");
  cancelled = false;

  constructor() {
    this.#dialog.addEventListener("cancel", (event) => { if (this.#back.hidden) event.preventDefault(); });
    this.#dialog.addEventListener("close", () => { this.cancelled = true; });
  }

  show(title, text, { back = false } = {}) {
    this.#dialog.querySelector("h2").textContent = words(title);
    this.#dialog.querySelector("p").textContent = text;
    this.#back.hidden = !back;
    if (!this.#dialog.open) {
      this.#dialog.showModal();
      this.cancelled = false;
    }
  }

  close() { this.#dialog.close(); }
}

// A state that this window does not come out of by itself: the paper stays readable, nothing can be changed.
export function showEnd(title, text, actions) {
  const panel = find("ended");
  panel.querySelector("h2").textContent = words(title);
  panel.querySelector("p").textContent = text;
  panel.querySelectorAll("[data-action]").forEach((one) => { one.hidden = !actions.includes(one.dataset.action); });
  panel.hidden = false;
  panel.focus();
}
