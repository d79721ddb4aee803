// Before the exam: the system check, what is still to do, the way into the window of its own, and waiting for the time.
import { call } from "./api.js";
import { tryStore } from "./store.js";
import { settings, words } from "./words.js";

const find = (id) => document.getElementById(id);
const go = find("go");
const why = find("why");
const SLACK = 2000; // a clock this far off is right enough
const POLL = 20_000;
const HANDOFF = 25_000; // a handoff path is good for 30 seconds
const checks = new Map();

/* the check */

function tell(name, state, text, more = "") {
  checks.set(name, state);
  const row = document.querySelector(`[data-check=${name}]`);
  for (const mark of ["wait", "ok", "warn", "bad"]) row.querySelector(`.on-${mark}`).hidden = mark !== state;
  row.querySelector(".what").textContent = text;
  row.querySelector(".more").textContent = more;
}

const usable = () => Boolean(globalThis.crypto?.subtle && globalThis.BroadcastChannel && globalThis.IntersectionObserver
  && HTMLDialogElement && AbortSignal.timeout && Element.prototype.checkVisibility);

function browserName() {
  const brand = navigator.userAgentData?.brands?.find(({ brand: name }) => !/not.?a.?brand|chromium/i.test(name))
    ?? navigator.userAgentData?.brands?.find(({ brand: name }) => /chromium/i.test(name));
  if (brand) return `${brand.brand} ${brand.version}`;
  const named = navigator.userAgent.match(/(Firefox|Edg|Chrome|Version)\/(\d+)/);
  return named ? `${named[1].replace("Version", "Safari").replace("Edg", "Edge")} ${named[2]}` : "";
}

async function trySaving() {
  const body = new URLSearchParams(new FormData(find("steps")));
  const token = crypto.randomUUID();
  body.set("trial", token);
  const sentAt = Date.now();
  const response = await fetch(settings.trial, { method: "POST", body, signal: AbortSignal.timeout(10_000), redirect: "error" });
  const receivedAt = Date.now();
  const answer = await response.json();
  if (answer.heard !== token) throw new Error("not heard");
  return { took: receivedAt - sentAt, off: (sentAt + receivedAt) / 2 - Date.parse(answer.server_now) };
}

function spell(milliseconds) {
  const seconds = Math.round(Math.abs(milliseconds) / 1000);
  if (seconds < 60) return words("seconds", { n: seconds });
  return words("minutes", { n: Math.floor(seconds / 60) }) + (seconds % 60 ? ` ${words("seconds", { n: seconds % 60 })}` : "");
}

async function check() {
  find("again").hidden = true;
  tell("browser", usable() ? "ok" : "bad", words(usable() ? "browser_ok" : "browser_bad"), browserName());
  try {
    const { took, off } = await trySaving();
    tell("line", "ok", words("line_ok"), words("line_time", { ms: took }));
    if (Math.abs(off) <= SLACK + took) tell("clock", "ok", words("clock_ok"));
    else tell("clock", "warn", words(off < 0 ? "clock_slow" : "clock_fast", { time: spell(off) }), words("clock_which"));
  } catch {
    tell("line", "bad", words("line_bad"));
  }
  try {
    await tryStore();
    tell("store", "ok", words("store_ok"), words("store_how"));
  } catch {
    // A frame may be denied what the exam's own window has, so from inside one a refusal says nothing about that.
    if (window.parent === window) tell("store", "warn", words("store_bad"));
    else tell("store", "wait", words("store_later"));
  }
  find("again").hidden = ![...checks.values()].includes("bad");
  draw();
}

/* what is still to do */

function lacking() {
  const states = [...checks.values()];
  return [
    !find("me").checked && ["me", "why_me", find("me")],
    (states.includes("bad") || !checks.has("store")) && ["check", checks.has("store") ? "why_check" : "why_checking", find("again")],
    !find("ok").checked && ["rules", "why_rules", find("ok")],
  ].filter(Boolean);
}

function draw() {
  if (!find("me")) return;
  const left = lacking();
  for (const step of document.querySelectorAll("[data-step]")) {
    step.classList.toggle("done", !left.some(([name]) => name === step.dataset.step));
  }
  if (left.length) go.setAttribute("aria-disabled", "true");
  else go.removeAttribute("aria-disabled");
  why.textContent = left.length > 1 ? words("why_several", { n: left.length }) : words(left[0]?.[1] ?? "why_nothing");
}

/* into the window */

let opening = false;

async function begin() {
  const language = document.querySelector("[name=language]:checked")?.value ?? settings.language;
  return call("POST", settings.attempts, { language, accepted: true });
}

// The window opens in the click itself, because browsers stop windows that open later; its address comes afterwards.
async function open() {
  if (opening) return;
  const [lack] = find("me") ? lacking() : [];
  if (lack) {
    why.textContent = words(lack[1]);
    (lack[2].hidden ? go : lack[2]).focus();
    return;
  }
  opening = true;
  const own = window.open("", `lc-exam-${settings.exam}`);
  why.textContent = words("starting");
  try {
    const { path } = await begin();
    if (own) {
      own.location = path;
      own.focus();
      why.textContent = words("opened");
    } else {
      await offerLink(path);
    }
    settings.running = true;
    watch();
  } catch (problem) {
    own?.close();
    why.textContent = words("failed", { why: problem.problem?.detail ?? words("no_network") });
  } finally {
    opening = false;
  }
}

async function offerLink(path) {
  why.textContent = `${words("blocked")} `;
  const link = Object.assign(document.createElement("a"), { href: path, target: "_blank", textContent: go.textContent, className: "btn btn-outline-secondary" });
  why.append(link);
  link.focus();
  const renew = setInterval(async () => {
    if (!link.isConnected) return clearInterval(renew);
    try { link.href = (await begin()).path; } catch { /* the next round tries again */ }
  }, HANDOFF);
}

/* waiting */

const shown = document.querySelector("[data-page-state]").dataset.pageState;
let watching = false;

async function look() {
  try {
    const { state } = await call("GET", settings.state);
    // While the window is open, this page stays as it is until the exam is over or submitted.
    const same = state === shown || (settings.running && state === "running");
    if (!same) location.reload();
  } catch {
    // No answer, no change.
  }
}

function watch() {
  if (watching) return;
  watching = true;
  setInterval(look, POLL);
  addEventListener("focus", look);
}

if (go) {
  go.addEventListener("click", open);
  find("steps").addEventListener("change", draw);
  find("again")?.addEventListener("click", check);
}
if (find("me")) {
  draw();
  check();
}
if (shown === "not_begun") {
  const left = Date.parse(settings.opens_at) - Date.parse(settings.server_now);
  // A whole room waits for the same second: the reloads are spread over one and a half.
  if (left < 86_400_000) setTimeout(() => location.reload(), Math.max(left, 0) + 500 + Math.random() * 1500);
}
if (["not_begun", "asked", "running", "no_paper", "not_open"].includes(shown)) watch();
