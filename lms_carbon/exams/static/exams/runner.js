// The exam's window. What the candidate does goes into `paper`, from there to the sender; what the server says comes
// back as the state of saving, the clock and the grid.
import { same, readValue, tellShared, writeValue } from "./answers.js";
import { Refused, call } from "./api.js";
import { Clock } from "./clock.js";
import { Sending, askSubmit, showEnd } from "./dialogs.js";
import { listen } from "./keys.js";
import { sortLeftovers } from "./merge.js";
import { Navigator } from "./navigator.js";
import { SaveState, say } from "./savestate.js";
import { Sender } from "./sender.js";
import { Store } from "./store.js";
import { duration, settings, words } from "./words.js";

const HEARTBEAT = 30_000;
const BACKOFF = [1000, 2000, 4000, 8000, 15_000];
const root = document.documentElement;
const form = document.getElementById("paper");
const paper = new Map(settings.answers.map(({ slot, value, flagged }) => [slot, { value, flagged }]));
const at = (slot) => paper.get(slot) ?? { value: null, flagged: false };
const wait = (milliseconds) => new Promise((resolve) => {
  const timer = setTimeout(resolve, milliseconds);
  addEventListener("online", () => { clearTimeout(timer); resolve(); }, { once: true });
});

const store = await Store.open(settings.attempt);
const sender = new Sender({ path: settings.path, store, tell: heardFromSender, heard: (answer) => clock.note(answer) });
document.querySelector(".no-store").hidden = store.usable;
document.querySelector("[data-kept]").hidden = !store.usable;
sender.seq = (await store.fact("seq")) ?? 0; // a number once used is never used again
const saveState = new SaveState(sender);
const navigator_ = new Navigator({
  answered: (slot) => at(slot).value !== null,
  flagged: (slot) => at(slot).flagged,
  waiting: (slot) => (saveState.offline && sender.pending.has(slot)) || sender.refused.has(slot),
  moved: drawQuestion,
  sawNew: () => store.keep("seen", [...navigator_.seen]),
});
const clock = new Clock({
  now: settings.server_now,
  endsAt: settings.ends_at,
  tick: drawClock,
  announce: (minutes) => say("time", words("minutes_left", { n: minutes })),
  over: () => handIn("page"),
  jumped: () => check(),
});
const channel = new BroadcastChannel(`lc-attempt-${settings.attempt}`);
let finished = false;
let handingIn = false;

/* answers */

function draw() {
  saveState.draw();
  navigator_.draw();
  drawQuestion(navigator_.here);
}

function put(slot, value, flagged, clientAt) {
  paper.set(slot, { value, flagged });
  const written = sender.record(slot, value, flagged, clientAt);
  draw();
  return written;
}

function changed(target) {
  // The whole question, where what changed is in a part of it.
  const question = target.closest?.(".lc-q")?.closest(".question").querySelector(".lc-q");
  if (!question || finished) return;
  const slot = Number(question.dataset.slot);
  const value = readValue(question);
  if (!same(value, at(slot).value)) put(slot, value, at(slot).flagged);
}

function flag() {
  if (!finished) put(navigator_.here, at(navigator_.here).value, !at(navigator_.here).flagged);
}

const fields = (slot) => navigator_.question(slot).querySelector(".lc-q");

function takeBack(slot) {
  writeValue(fields(slot), null);
  put(slot, null, at(slot).flagged);
  fields(slot).querySelector("input, select").focus();
}

/* what shows */

function drawQuestion(slot) {
  if (slot === null) return;
  const [before, after] = [navigator_.before(slot), navigator_.after(slot)];
  const link = (name, to) => {
    const one = document.querySelector(`[data-go=${name}]`);
    one.hidden = to === undefined;
    if (to !== undefined) one.hash = `q${to}`;
  };
  link("before", before);
  link("after", after);
  document.querySelector(".foot [data-submit]").hidden = after !== undefined;
  document.querySelector("[data-place]").textContent = `${navigator_.slots.indexOf(slot) + 1} / ${navigator_.slots.length}`;
  const button = document.querySelector("[data-flag]");
  button.setAttribute("aria-pressed", String(at(slot).flagged));
  for (const question of navigator_.questions) {
    const own = Number(question.dataset.slot);
    const back = question.querySelector("[data-take-back]");
    if (back) back.hidden = finished || at(own).value === null;
    tellShared(question);
    const told = question.querySelector("[data-refused]");
    told.hidden = !sender.refused.has(own);
    told.querySelector("p").textContent = sender.refused.get(own) ?? "";
  }
  document.title = `${words("question", { number: slot })} · ${settings.title}`;
}

function drawClock(left) {
  const timer = document.querySelector("[role=timer]");
  timer.textContent = duration(left);
  timer.setAttribute("aria-label", words("time_left", { minutes: Math.floor(left / 60), seconds: left % 60 }));
  timer.parentElement.classList.toggle("is-near", left <= 300);
  document.querySelector(".spent").value = settings.seconds - left;
}

/* what the server says */

function heardFromSender(kind, detail = {}) {
  if (kind === "saved") saveState.saved(new Date(detail.at), detail.recovered);
  else if (kind === "waiting") saveState.lost();
  else if (kind === "refused") say("save", detail.sentence);
  else if (kind === "ended") detail.code === "closed" ? handIn("page") : finish();
  else {
    const kept = detail.kept ? words("kept_late", { n: detail.kept }) : "";
    const waiting = sender.pending.size ? words(store.usable ? "kept_here" : "only_here", { n: sender.pending.size }) : "";
    const text = { "taken-over": [words("taken_text", { time: saveState.time(clock.now()) }), kept],
      "signed-out": [words("signed_out_text"), waiting], "not-yours": [words("not_yours_text"), waiting] }[kind];
    quiet();
    showEnd(kind.replace("-", "_"), text.filter(Boolean).join(" "), [kind === "taken-over" ? "here" : "again"]);
  }
  draw();
}

// This window changes nothing any more; what it shows can still be read.
function quiet() {
  finished = true;
  sender.stop();
  saveState.end();
  for (const field of form.elements) field.disabled = true;
  document.querySelectorAll("[data-flag], [data-submit]").forEach((button) => { button.disabled = true; });
}

async function finish() {
  quiet();
  if (!sender.pending.size) await store.wipe();
  location.replace(settings.receipt);
}

// Where the attempt stands, and whether the server can be reached at all.
async function check() {
  if (finished || handingIn) return;
  try {
    const state = await call("GET", settings.path);
    clock.note(state);
    saveState.found();
    if (state.state === "submitted") await (sender.pending.size ? sender.flush() : finish());
    else if (sender.epoch !== null && state.epoch > sender.epoch && !sender.pending.size) heardFromSender("taken-over");
    else if (sender.pending.size) sender.flush();
  } catch (problem) {
    if (!(problem instanceof Refused)) saveState.lost();
    else if (problem.status === 401) heardFromSender("signed-out");
    else heardFromSender("not-yours");
  }
  draw();
}

/* the end */

async function askAndHandIn() {
  const counts = navigator_.draw();
  const unanswered = counts.seen + counts.new;
  if (await askSubmit({ unanswered, flagged: counts.flagged, left: duration(clock.left()) })) handIn("candidate");
}

async function handIn(by) {
  if (finished || handingIn) return;
  handingIn = true;
  for (const field of form.elements) field.disabled = true;
  const sending = new Sending();
  document.querySelectorAll("dialog[open]").forEach((dialog) => { if (dialog.id !== "sending") dialog.close(); });
  const title = by === "page" ? "time_up" : "submitting";
  sending.show(title, words("submitting_text"));
  for (let tries = 0; !sending.cancelled; tries += 1) {
    try {
      await sender.submit(by);
      return void finish();
    } catch (problem) {
      if (problem instanceof Refused) break;
      const text = words(by === "page" ? "time_up_offline" : "submit_offline", { n: sender.pending.size });
      sending.show(title, text, { back: by === "candidate" && clock.left() > 0 });
      await wait(BACKOFF[Math.min(tries, BACKOFF.length - 1)]);
      if (by === "candidate" && clock.left() === 0) by = "page";
    }
  }
  sending.close();
  handingIn = false;
  if (finished) return;
  for (const field of form.elements) field.disabled = false;
  if (clock.left() === 0) handIn("page");
  else sender.flush();
}

/* the beginning */

async function takeWindow() {
  for (let tries = 0; ; tries += 1) {
    try {
      return await call("POST", `${settings.path}/window`, {});
    } catch (problem) {
      if (problem instanceof Refused) {
        if (problem.status === 409) finish();
        else heardFromSender(problem.status === 401 ? "signed-out" : "not-yours");
        return null;
      }
      saveState.lost();
      draw();
      await wait(BACKOFF[Math.min(tries, BACKOFF.length - 1)]);
    }
  }
}

function fillIn(answers) {
  const held = new Map(answers.map((answer) => [answer.slot, answer]));
  for (const slot of navigator_.slots) {
    if (sender.pending.has(slot)) continue; // changed here while the window was being taken
    const { value = null, flagged = false } = held.get(slot) ?? {};
    paper.set(slot, { value, flagged });
    writeValue(fields(slot), value);
    if (held.has(slot)) navigator_.seen.add(slot);
  }
}

async function begin() {
  const window_ = await takeWindow();
  if (window_ === null) return;
  clock.note(window_);
  await store.unlock(window_.key);
  const waiting = await store.leftovers();
  fillIn(window_.answers);
  const { fresh, late, settled } = sortLeftovers(waiting.filter((one) => !sender.pending.has(one.slot)), window_.answers);
  settled.push(...waiting.filter((one) => sender.pending.has(one.slot)));
  sender.epoch = window_.epoch;
  for (const one of fresh) {
    writeValue(fields(one.slot), one.value);
    await put(one.slot, one.value, one.flagged, one.client_at);
  }
  for (const one of [...fresh, ...settled]) store.remove(one.epoch, one.slot, one.seq);
  saveState.found(window_.answers.map((answer) => new Date(answer.saved_at)).sort((a, b) => b - a)[0]);
  channel.postMessage(window_.epoch);
  await sender.begin(window_.epoch, late);
  draw();
}

function wire() {
  form.addEventListener("input", (event) => { if (!event.isComposing) changed(event.target); });
  form.addEventListener("compositionend", (event) => changed(event.target));
  form.addEventListener("change", (event) => changed(event.target));
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("click", (event) => {
    const back = event.target.closest("[data-take-back]");
    if (back) takeBack(Number(back.closest(".question").dataset.slot));
  });
  document.querySelector("[data-flag]").addEventListener("click", flag);
  document.querySelector("[data-to-grid]").addEventListener("click", () => navigator_.focusGrid());
  document.querySelectorAll("[data-submit]").forEach((button) => button.addEventListener("click", askAndHandIn));
  document.querySelectorAll("[data-action]").forEach((button) => button.addEventListener("click", () => location.reload()));
  const whole = document.getElementById("whole");
  whole.addEventListener("change", () => navigator_.setWhole(whole.checked));
  listen({ f: flag, g: () => navigator_.focusGrid() });
  channel.addEventListener("message", () => check());
  addEventListener("online", () => check());
  addEventListener("offline", () => { saveState.lost(); draw(); });
  addEventListener("pageshow", (event) => { if (event.persisted) check(); });
  addEventListener("visibilitychange", () => (document.hidden ? sender.flush({ leaving: true }) : check()));
  addEventListener("beforeunload", (event) => { if (store.unsafe && !finished) event.preventDefault(); });
  setInterval(() => check(), HEARTBEAT);
}

((await store.fact("seen")) ?? []).forEach((slot) => navigator_.seen.add(slot));
root.dataset.view = "one";
navigator_.start();
wire();
draw();
clock.start();
await begin();
root.dataset.ready = "";
