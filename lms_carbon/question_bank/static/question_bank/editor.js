// The author's form: the preview follows what is written, and the picker searches without leaving the page.
// Without this file the same buttons post the form; here nothing is decided, the server answers with ready markup.
const PAUSE = 500;
const FIND = new Set(["find", "find-position", "find-dimension"]);

const form = document.getElementById("editor");
const side = document.getElementById("side");
const sideBody = document.getElementById("side-body");
const state = document.getElementById("save-state");

function later(act) {
  let timer = 0;
  return () => {
    clearTimeout(timer);
    timer = setTimeout(act, PAUSE);
  };
}

// Asks for a fragment with all of the form; an answer that a newer question has overtaken is dropped.
function asker(address, show) {
  let asked = 0;
  return async (action = "") => {
    const mine = ++asked;
    const body = new FormData(form);
    body.set("action", action);
    let markup = null;
    try {
      const answer = await fetch(address, { method: "POST", body });
      if (answer.ok) markup = await answer.text();
    } catch {
      // offline: the form itself is untouched, and the next change asks again
    }
    if (mine === asked) show(markup);
  };
}

const preview = later(asker(form.dataset.preview, (markup) => {
  side.classList.toggle("is-late", markup === null);
  side.title = markup === null ? side.dataset.waiting : "";
  if (markup !== null) sideBody.innerHTML = markup;
}));

const pick = asker(form.dataset.picker, (markup) => {
  if (markup === null) return;
  const answer = new DOMParser().parseFromString(markup, "text/html");
  const focused = document.activeElement;
  const again = focused?.name === "pick" ? `[name=pick][value="${focused.value}"]` : null;
  const lost = focused?.name === "action";
  const scrolled = form.querySelector(".lc-hits")?.scrollTop ?? 0;
  for (const id of ["tags", "hits"]) document.getElementById(id).innerHTML = answer.getElementById(id).innerHTML;
  const list = form.querySelector(".lc-hits");
  if (list) list.scrollTop = scrolled;
  if (again) form.querySelector(again)?.focus({ preventScroll: true });
  else if (lost) document.getElementById("find").focus({ preventScroll: true });
});
const pickLater = later(() => pick());

function note() {
  state.textContent = state.dataset.changed;
  preview();
}

form.addEventListener("input", (event) => {
  if (FIND.has(event.target.name)) {
    pickLater();
    return;
  }
  if (event.target.name === "pick") pick();
  note();
});

form.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && event.target.name === "find") {
    event.preventDefault();
    pick();
  }
});

// Caught as clicks, so that the form never counts as sent and its changes stay guarded.
form.addEventListener("click", (event) => {
  const button = event.target.closest("button[name=action]");
  if (!button || !(button.value === "search" || button.value.startsWith("untag-"))) return;
  event.preventDefault();
  pick(button.value);
  if (button.value !== "search") note();
});
