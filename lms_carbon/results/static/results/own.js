// The result on paper: everything open while it prints, and a button for it.
const button = document.querySelector("[data-print]");
let opened = [];

addEventListener("beforeprint", () => {
  opened = [...document.querySelectorAll("details:not([open])")];
  for (const each of opened) each.open = true;
});
addEventListener("afterprint", () => {
  for (const each of opened) each.open = false;
  opened = [];
});

if (button) {
  button.hidden = false;
  button.addEventListener("click", () => print());
}
