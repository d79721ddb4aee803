/* The page of an import that is under way: looks again every two seconds, and once it is done loads the report.
   Without script the page's own button does the same. */

const PAUSE = 2000;

async function look() {
  const here = document.getElementById("progress");
  try {
    const answer = await fetch(location.href);
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const there = page.getElementById("progress");
    if (answer.ok && there && !("running" in there.dataset)) {
      location.reload();
      return;
    }
    if (answer.ok && there && there.textContent !== here.textContent) here.replaceChildren(...there.childNodes);
  } catch {
    // offline: the next look asks again
  }
  setTimeout(look, PAUSE);
}

setTimeout(look, PAUSE);
