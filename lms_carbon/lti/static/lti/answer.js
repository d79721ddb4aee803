// Posts the answer to the platform at once. Coming back to this page posts nothing again: the platform takes it once.
const [entry] = performance.getEntriesByType("navigation");
if (entry?.type !== "back_forward") document.getElementById("answer").requestSubmit();
