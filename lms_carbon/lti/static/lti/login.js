// Goes on where our cookie came back inside the platform's frame; else says that a window of its own is needed.
const part = document.getElementById("probe");

async function cookieCameBack() {
  try {
    const answer = await fetch(part.dataset.probe, { credentials: "same-origin", cache: "no-store" });
    return answer.ok && (await answer.json()).kept === true;
  } catch {
    return false;
  }
}

if (await cookieCameBack()) {
  location.replace(part.dataset.onward);
} else {
  document.getElementById("blocked").replaceChildren(document.getElementById("told").content.cloneNode(true));
}
