// Keys. <button data-key="f"> is pressed by F, <input data-key="g"> is focused by G, outside fields only, and only
// while the reader wants single letters (WCAG 2.1.4). Ctrl+Enter presses the filled button. ? lists them all.
const OFF = "lc-keys-off";
const FIELDS = "input:not([type=checkbox], [type=radio], [type=button], [type=submit]), textarea, select, [contenteditable=true]";

export const lettersAreOn = () => {
  try {
    return localStorage.getItem(OFF) === null;
  } catch {
    return true; // storage is closed to us in this frame
  }
};

export const inField = (event) => event.target instanceof Element && event.target.closest(FIELDS) !== null;

function remember(on) {
  try {
    if (on) localStorage.removeItem(OFF);
    else localStorage.setItem(OFF, "1");
  } catch {
    // storage is closed to us in this frame: the choice holds for nothing, and nothing else depends on it
  }
}

const usable = (element) => !element.disabled && element.checkVisibility();

function act(element) {
  element.focus();
  if (!element.matches(FIELDS)) element.click();
}

function fill(dialog, elements) {
  const rows = dialog.querySelector("[data-rows]");
  rows.querySelectorAll("[data-own]").forEach((row) => row.remove());
  for (const element of elements.filter(usable)) {
    const key = Object.assign(document.createElement("kbd"), { textContent: element.dataset.key.toUpperCase() });
    const term = document.createElement("dt");
    const words = document.createElement("dd");
    term.dataset.own = words.dataset.own = "";
    term.append(key);
    words.textContent = element.dataset.keyLabel ?? element.getAttribute("aria-label") ?? element.textContent.trim();
    rows.append(term, words);
  }
}

function filledButton(root, event) {
  const near = event.target instanceof Element ? event.target.closest("dialog[open], form") : null;
  const found = [...(near?.querySelectorAll(".btn-primary") ?? []), ...root.querySelectorAll(".btn-primary")];
  return found.find(usable);
}

export function listenForKeys(root) {
  const dialog = root.getElementById("lc-keys");
  const opener = root.querySelector(".lc-keys-open");
  const keyed = () => [...root.querySelectorAll("[data-key]")];
  const show = () => {
    fill(dialog, keyed());
    dialog.showModal();
  };
  for (const element of keyed()) element.setAttribute("aria-keyshortcuts", element.dataset.key);
  if (opener && dialog && keyed().length) {
    opener.hidden = false;
    opener.addEventListener("click", show);
  }
  const box = dialog?.querySelector("input[type=checkbox]");
  if (box) {
    box.checked = lettersAreOn();
    box.addEventListener("change", () => remember(box.checked));
  }
  root.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.isComposing) return;
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      const button = filledButton(root, event);
      if (button) { event.preventDefault(); button.click(); }
      return;
    }
    if (event.ctrlKey || event.metaKey || event.altKey || inField(event) || !lettersAreOn()) return;
    if (root.querySelector("dialog[open]")) return;
    if (event.key === "?" && dialog) { event.preventDefault(); show(); return; }
    const element = keyed().find((one) => one.dataset.key === event.key.toLowerCase() && usable(one));
    if (element) { event.preventDefault(); act(element); }
  });
}
