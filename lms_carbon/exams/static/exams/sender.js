// Brings changes to the server: soon, in order, one request at a time, again and again until they are acknowledged.
// `tell(kind, detail)` hears what became of them:
//   saved {at, recovered} · waiting · refused {slots} · taken-over {kept} · ended · signed-out · not-yours · faulty {sentence}
import { Refused, Unreachable, call } from "./api.js";

const DEBOUNCE = 400;
const LONGEST = 1500; // since the first unsent change: with the way to the server, each goes out within 2 seconds
const BACKOFF = [1000, 2000, 4000, 8000, 15000];
const BATCH = 100;
const BATCH_LETTERS = 200_000;
const KEEPALIVE_LETTERS = 30_000; // browsers take 64 kB from a page that is being left

export class Sender {
  epoch = null;
  seq = 0;
  pending = new Map(); // slot → its newest change that is not acknowledged
  refused = new Map(); // slot → why the server does not take its newest change
  #late = []; // changes of older windows, for the officer
  #timer = null;
  #first = null;
  #flying = null;
  #tries = 0;
  #stopped = false;
  #submitting = false;
  #limit = BATCH; // 1 while the guilty one of several is looked for

  constructor({ path, store, tell, heard }) {
    Object.assign(this, { path, store, tell, heard });
  }

  get stopped() { return this.#stopped; }
  get offline() { return this.#tries > 0; }

  // The candidate changed an answer or a flag.
  record(slot, value, flagged, clientAt = new Date().toISOString()) {
    if (this.#stopped) return Promise.resolve();
    const change = { slot, seq: ++this.seq, value, flagged, client_at: clientAt };
    this.pending.set(slot, change);
    this.refused.delete(slot);
    this.#first ??= Date.now();
    if (this.#tries === 0) this.#schedule(Math.min(DEBOUNCE, Math.max(0, this.#first + LONGEST - Date.now())));
    return this.store.put(this.epoch, change);
  }

  // This window has the attempt now: what was answered meanwhile is kept and goes out.
  async begin(epoch, late) {
    this.epoch = epoch;
    this.#late = late;
    await Promise.all([...this.pending.values()].map((change) => this.store.put(epoch, change)));
    this.flush();
  }

  stop() {
    this.#stopped = true;
    clearTimeout(this.#timer);
  }

  // Send now what there is; at once also where the last try failed.
  async flush(options) {
    clearTimeout(this.#timer);
    if (this.epoch === null || this.#flying || this.#stopped || this.#submitting) return this.#flying;
    this.#flying = this.#send(options);
    try {
      await this.#flying;
    } finally {
      this.#flying = null;
    }
    if (!this.#stopped && this.#tries === 0 && this.pending.size) this.#schedule(DEBOUNCE);
    return undefined;
  }

  // Submit with all that is left; resolves to the receipt. Throws what `call` throws, after telling why.
  async submit(by) {
    if (this.epoch === null) throw new Unreachable("this window does not have the attempt yet");
    clearTimeout(this.#timer);
    this.#submitting = true;
    if (this.#flying) await this.#flying;
    let changes = this.#batch();
    try {
      await this.#sendLate();
      while (changes.length < this.pending.size) {
        const answer = await call("PUT", `${this.path}/answers`, { epoch: this.epoch, changes });
        this.#settle(answer.saved);
        changes = this.#batch();
      }
      const receipt = await call("POST", `${this.path}/submission`, { epoch: this.epoch, changes, by });
      this.#forget(changes);
      this.stop();
      return receipt;
    } catch (problem) {
      await this.#failed(problem, changes);
      throw problem;
    } finally {
      this.#submitting = false;
    }
  }

  #schedule(wait) {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.flush(), wait);
  }

  // The oldest changes first; what one request should not carry waits for the next.
  #batch(letters = BATCH_LETTERS) {
    const batch = [];
    let size = 0;
    for (const change of [...this.pending.values()].sort((a, b) => a.seq - b.seq)) {
      size += JSON.stringify(change).length;
      if (batch.length && (batch.length >= this.#limit || size > letters)) break;
      batch.push(change);
    }
    return batch;
  }

  async #send({ leaving = false } = {}) {
    const changes = this.#batch(leaving ? KEEPALIVE_LETTERS : BATCH_LETTERS);
    this.#first = null;
    try {
      if (changes.length) {
        const keepalive = leaving && JSON.stringify(changes).length < KEEPALIVE_LETTERS;
        const answer = await call("PUT", `${this.path}/answers`, { epoch: this.epoch, changes }, { keepalive });
        this.heard(answer);
        this.#settle(answer.saved);
        this.#saved(answer.server_now, changes.length);
      }
      if (!leaving) await this.#sendLate();
    } catch (problem) {
      await this.#failed(problem, changes);
    }
  }

  #saved(at, count) {
    const recovered = this.#tries > 0 ? count : 0;
    this.#tries = 0;
    if (!this.pending.size) this.#limit = BATCH;
    this.tell("saved", { at, recovered });
  }

  #settle(saved) {
    for (const { slot, seq } of saved) {
      const change = this.pending.get(slot);
      if (change && change.seq <= seq) this.pending.delete(slot);
      this.store.remove(this.epoch, slot, seq);
    }
  }

  // By their old epoch, which the server refuses and keeps: that is what they are sent for.
  async #sendLate() {
    while (this.#late.length) {
      const epoch = this.#late[0].epoch;
      const group = this.#late.filter((one) => one.epoch === epoch).slice(0, BATCH);
      const changes = group.map(({ slot, seq, value, flagged, client_at }) => ({ slot, seq, value, flagged, client_at }));
      try {
        await call("PUT", `${this.path}/answers`, { epoch, changes });
      } catch (problem) {
        if (!(problem instanceof Refused) || [401, 403, 404].includes(problem.status)) throw problem;
      }
      this.#late = this.#late.filter((one) => !group.includes(one));
      group.forEach((one) => this.store.remove(one.epoch, one.slot, one.seq));
    }
  }

  async #failed(problem, changes) {
    if (!(problem instanceof Refused)) {
      this.#schedule(BACKOFF[Math.min(this.#tries, BACKOFF.length - 1)]);
      this.#tries += 1;
      this.tell("waiting");
      return;
    }
    this.heard(problem.problem);
    const { status, code } = problem;
    if (status === 409) {
      // The server kept what came, for the officer; so it goes with what came in meanwhile.
      const kept = new Set([...changes.map((change) => change.slot), ...this.pending.keys()]).size;
      this.stop();
      this.#forget(changes);
      while (this.pending.size && (await this.#handOver()));
      if (code === "taken-over") this.tell("taken-over", { kept });
      else this.tell("ended", { code });
    } else if (status === 413 || status === 422) {
      this.#notTaken(problem, changes);
    } else {
      this.stop();
      this.tell(status === 401 ? "signed-out" : "not-yours");
    }
  }

  // What an attempt no longer takes is kept by the server all the same; false where it cannot be reached.
  async #handOver() {
    const changes = this.#batch();
    try {
      await call("PUT", `${this.path}/answers`, { epoch: this.epoch, changes });
    } catch (problem) {
      if (!(problem instanceof Refused)) return false;
    }
    this.#forget(changes);
    return true;
  }

  #forget(changes) {
    for (const change of changes) {
      if (this.pending.get(change.slot)?.seq === change.seq) this.pending.delete(change.slot);
      this.store.remove(this.epoch, change.slot, change.seq);
    }
  }

  // Some of it was not taken. Where the server names the questions, the others are safe and these are shown; where it
  // does not, each is tried alone, and what is refused alone is the one.
  #notTaken({ problem, message }, changes) {
    this.#settle(problem.saved ?? []);
    const named = problem.slots ?? [];
    const guilty = changes.filter((change) => (named.length ? named.includes(change.slot) : changes.length === 1));
    for (const change of guilty) this.refused.set(change.slot, message);
    this.#forget(guilty);
    this.#tries = 0;
    if (guilty.length) {
      this.tell("refused", { slots: guilty.map((change) => change.slot), sentence: message });
    } else {
      this.#limit = 1;
    }
  }
}
