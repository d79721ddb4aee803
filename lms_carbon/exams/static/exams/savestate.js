// What the page says about saving: on the chip always, aloud only when it becomes another kind of thing.
import { clockTime, words } from "./words.js";

const RECOVERED = 6000; // how long "connected again" stands before the time of saving takes its place

// Say something to those who do not see it change; `where` is "save" or "time".
export function say(where, text) {
  document.getElementById(`told-${where}`).textContent = text;
}

export class SaveState {
  #last = null;
  #lost = false;
  #ended = false;
  #kind = null;
  #recovered = "";

  constructor(sender) { this.sender = sender; }

  get offline() { return this.#lost || this.sender.offline; }

  time(moment) { return clockTime(moment); }

  saved(moment, recovered) {
    this.#lost = false;
    this.#last = moment;
    if (!recovered) return;
    this.#recovered = words("recovered", { n: recovered });
    setTimeout(() => { this.#recovered = ""; this.draw(); }, RECOVERED);
  }

  lost() { this.#lost = true; }

  found(moment) {
    this.#lost = false;
    this.#last = moment ?? this.#last;
  }

  end() { this.#ended = true; }

  #now() {
    const { pending, refused } = this.sender;
    if (this.#ended) return ["ended", words("save_ended"), ""];
    if (this.offline) return ["waiting", pending.size ? words("waiting", { n: pending.size }) : words("offline"), ""];
    if (refused.size) return ["refused", words("not_taken", { number: Math.min(...refused.keys()) }), ""];
    if (this.sender.epoch === null) return ["opening", words("opening"), ""];
    if (pending.size) return ["saving", words("saving"), ""];
    if (this.#recovered) return ["saved", this.#recovered, ""];
    return this.#last ? ["saved", words("saved"), clockTime(this.#last)] : ["saved", words("ready"), ""];
  }

  draw() {
    const [kind, text, time] = this.#now();
    const chip = document.querySelector(".save");
    chip.dataset.kind = kind;
    chip.querySelector(".word").textContent = text;
    chip.querySelector("b").textContent = time;
    document.documentElement.dataset.net = this.offline && !this.#ended ? "offline" : "online";
    document.querySelector(".gone").hidden = !this.offline || this.#ended;
    // "Saving" comes and goes with every stroke; it is no news.
    if (kind === "saving" || kind === "opening" || kind === this.#kind) return;
    if (this.#kind !== null) say("save", [text, time].filter(Boolean).join(" "));
    this.#kind = kind;
  }
}
