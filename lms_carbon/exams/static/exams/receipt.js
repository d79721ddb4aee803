// The receipt. If this browser still holds changes that never arrived, because it was gone when the time was up, they go to
// the server now, which keeps them for the officer; only then is what waited here wiped.
import { Refused, call } from "./api.js";
import { Store } from "./store.js";
import { settings, words } from "./words.js";

const button = document.querySelector("[data-print]");
button.hidden = false;
button.addEventListener("click", () => print());

async function handOver() {
  const names = (await indexedDB.databases?.())?.map(({ name }) => name) ?? [];
  if (!settings.key || !names.includes(`lc-attempt-${settings.attempt}`)) return 0;
  const store = await Store.open(settings.attempt);
  await store.unlock(settings.key);
  const left = await store.leftovers();
  for (const { epoch, slot, seq, value, flagged, client_at } of left) {
    try {
      await call("PUT", `${settings.path}/answers`, { epoch, changes: [{ slot, seq, value, flagged, client_at }] });
    } catch (problem) {
      if (!(problem instanceof Refused) || [401, 403, 404].includes(problem.status)) return 0; // another time
    }
  }
  await store.wipe();
  return left.length;
}

const kept = await handOver();
if (kept) {
  const note = document.getElementById("leftover");
  note.hidden = false;
  note.querySelector("p").textContent = words("kept_late", { n: kept });
}
