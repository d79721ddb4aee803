// Climbs the ladder at the login: our cookie, the platform's storage, the tab's; else a window of its own is offered.
import { keepByPlatform, keepInTab, offersStorage } from "./storage.js";

const part = document.getElementById("probe");

async function cookieCameBack() {
  try {
    const answer = await fetch(part.dataset.probe, { credentials: "same-origin", cache: "no-store" });
    return answer.ok && (await answer.json()).kept === true;
  } catch {
    return false;
  }
}

async function beginLogin(binding) {
  const body = new URLSearchParams(new FormData(document.getElementById("login")));
  body.set("binding", binding);
  try {
    const answer = await fetch(part.dataset.begin, { method: "POST", body, cache: "no-store" });
    return answer.ok ? await answer.json() : null;
  } catch {
    return null;
  }
}

// Each rung answers with the address to go on to, "" where it does not hold.
const RUNGS = [
  async () => ((await cookieCameBack()) ? part.dataset.onward : ""),
  async () => {
    if (!(await offersStorage(part.dataset))) return "";
    const begun = await beginLogin("platform");
    return begun && (await keepByPlatform(part.dataset, begun.key, begun.value)) ? begun.onward : "";
  },
  async () => {
    if (!keepInTab("lc_try", "1")) return "";
    const begun = await beginLogin("tab");
    return begun && keepInTab(begun.key, begun.value) ? begun.onward : "";
  },
];

async function climb() {
  for (const rung of RUNGS) {
    const onward = await rung();
    if (onward) return location.replace(onward);
  }
  document.getElementById("blocked").replaceChildren(document.getElementById("told").content.cloneNode(true));
}

await climb();
