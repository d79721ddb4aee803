// F flags and G goes to the numbers without taking the reader away from where they are, so they are heard before the
// page's own keys (web/keys.js), which would first move the focus to the button. Ctrl+Enter and ? stay with those, and
// so does the switch that turns single letters off (WCAG 2.1.4).
import { inField, lettersAreOn } from "../web/keys.js";

export function listen(keys) {
  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.isComposing || event.ctrlKey || event.metaKey || event.altKey) return;
    const act = keys[event.key.toLowerCase()];
    if (!act || event.repeat || inField(event) || !lettersAreOn() || document.querySelector("dialog[open]")) return;
    event.preventDefault();
    act();
  }, { capture: true });
}
