// <form data-guard>: the browser asks before a page with changes that were not sent is left.
export function guardForms(root) {
  const changed = new Set();
  for (const form of root.querySelectorAll("form[data-guard]")) {
    const mark = () => changed.add(form);
    form.addEventListener("input", mark);
    form.addEventListener("change", mark);
    form.addEventListener("submit", () => changed.delete(form));
    form.addEventListener("reset", () => changed.delete(form));
  }
  addEventListener("beforeunload", (event) => {
    if (changed.size) event.preventDefault();
  });
}
