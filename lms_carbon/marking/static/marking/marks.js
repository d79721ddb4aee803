// Marks save themselves criterion by criterion. What could not be sent stays on the page and is tried again; without
// this module the same form saves by its button.
const WAIT = 700;
const AGAIN = 5000;

const form = document.getElementById("marks");
const state = document.getElementById("saved");
const changed = new Set();
let timer = 0;
let sending = false;
let leaving = false;
let ended = false;

const part = (criterion, name) => form.elements.namedItem(`${name}-${criterion}`);
const criterionOf = (element) => element.closest("[data-criterion]")?.dataset.criterion;

function say(words, late) {
  const place = state.querySelector("[data-words]");
  if (place.textContent !== words) place.textContent = words;
  state.classList.toggle("is-late", late);
}

function later(wait) {
  clearTimeout(timer);
  timer = setTimeout(send, wait);
}

// A level and the number of points say the same: whichever is touched fills the other.
function agree(element) {
  const criterion = criterionOf(element);
  const points = part(criterion, "points");
  if (element.type === "radio") points.value = element.value;
  else if (element === points) {
    for (const radio of form.querySelectorAll(`[name="level-${criterion}"]`)) radio.checked = radio.value === points.value.trim();
  }
}

function body(criteria) {
  const data = new FormData();
  data.set("csrf_token", form.elements.csrf_token.value);
  for (const criterion of criteria) {
    for (const name of ["points", "was", "comment"]) data.set(`${name}-${criterion}`, part(criterion, name).value);
  }
  return data;
}

function show(answer, sent) {
  for (const [criterion, points] of Object.entries(answer.points)) {
    const details = form.querySelector(`[data-criterion="${criterion}"]`);
    if (!details) continue;
    details.querySelector("[data-given]").textContent = points || "–";
    part(criterion, "was").value = points;
  }
  for (const criterion of sent) {
    const said = (answer.problems[criterion] ?? []).join(" ");
    const details = form.querySelector(`[data-criterion="${criterion}"]`);
    const points = part(criterion, "points");
    details.querySelector("[data-problem]").textContent = said;
    details.classList.toggle("is-wrong", said !== "");
    points.classList.toggle("is-invalid", said !== "");
    if (said) points.setAttribute("aria-invalid", "true");
    else points.removeAttribute("aria-invalid");
  }
  form.querySelector("[data-total]").textContent = answer.total.earned;
  form.querySelector("[data-open]").textContent = answer.open;
}

async function send() {
  if (sending || leaving || ended || !changed.size) return;
  sending = true;
  const sent = [...changed];
  changed.clear();
  say(form.dataset.saving, false);
  try {
    const answer = await fetch(form.action, { method: "POST", body: body(sent), headers: { Accept: "application/json" }, redirect: "manual" });
    if (answer.type === "opaqueredirect" || (answer.status >= 400 && answer.status < 500)) {
      ended = true; // finished elsewhere, given back, or signed out: trying again would change nothing
      say(form.dataset.lost, true);
      for (const criterion of sent) changed.add(criterion);
      return;
    }
    if (!answer.ok) throw new Error(String(answer.status));
    const saved = await answer.json();
    show(saved, sent);
    say(saved.saved, false);
    if (changed.size) later(WAIT);
  } catch {
    for (const criterion of sent) changed.add(criterion);
    say(form.dataset.failed, true);
    later(AGAIN);
  } finally {
    sending = false;
  }
}

form.addEventListener("input", (event) => {
  const criterion = criterionOf(event.target);
  if (!criterion) return;
  agree(event.target);
  changed.add(criterion);
  later(event.target.type === "radio" ? 0 : WAIT);
});

form.addEventListener("submit", () => {
  leaving = true;
  clearTimeout(timer);
});

addEventListener("beforeunload", (event) => {
  if (!leaving && (changed.size || sending)) event.preventDefault();
});

// ↑ and ↓ go from criterion to criterion; digits choose a level and C goes to the comment of the one that is open.
const OUTSIDE = "input:not([type=radio]), textarea, select, [contenteditable=true], dialog[open], .doc, a, button";

document.addEventListener("keydown", (event) => {
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.key !== "ArrowDown" && event.key !== "ArrowUp") return;
  if (event.target.closest(OUTSIDE) || event.target.type === "radio") return;
  const all = [...form.querySelectorAll("[data-criterion]")];
  const here = all.findIndex((details) => details.open);
  const next = all[Math.min(Math.max(here + (event.key === "ArrowDown" ? 1 : -1), 0), all.length - 1)];
  if (!next) return;
  event.preventDefault();
  next.open = true;
  next.querySelector("summary").focus();
  next.scrollIntoView({ block: "nearest" });
});
