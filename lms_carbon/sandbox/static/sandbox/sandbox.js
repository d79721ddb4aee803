// Nothing here is needed: without it the log comes with the next page, and a link leads back from a registration.

const PAUSE = 2000; // milliseconds between two looks at the log

const log = document.getElementById("log");

async function look() {
  if (document.hidden) return;
  const answer = await fetch(`${log.dataset.source}?after=${log.dataset.last}`);
  if (!answer.ok) return;
  const fresh = document.createElement("template");
  fresh.innerHTML = await answer.text(); // our own server's, escaped there
  const newest = fresh.content.querySelector("[data-id]");
  if (newest === null) return;
  log.dataset.last = newest.dataset.id;
  log.prepend(fresh.content);
  document.getElementById("log-empty").hidden = true;
}

async function keepLooking() {
  try {
    await look();
  } catch {
    // The sandbox is being restarted; the next look will do.
  }
  setTimeout(keepLooking, PAUSE);
}

if (log !== null) setTimeout(keepLooking, PAUSE / 4);

// The code of the person's authenticator, kept current.
const code = document.getElementById("code");

async function keepCode() {
  try {
    const answer = document.hidden ? null : await fetch(code.dataset.source);
    const page = answer?.ok ? new DOMParser().parseFromString(await answer.text(), "text/html") : null;
    const now = page?.getElementById("code")?.textContent;
    if (now && now !== code.textContent) code.textContent = now;
  } catch {
    // As above.
  }
  setTimeout(keepCode, PAUSE);
}

if (code !== null) setTimeout(keepCode, PAUSE);

// A tool that is done with its registration says so (dynamic registration, step 7).
const frame = document.querySelector("iframe[data-close]");
if (frame !== null) {
  addEventListener("message", (event) => {
    const subject = typeof event.data === "object" && event.data !== null ? event.data.subject : null;
    if (event.source === frame.contentWindow && subject === "org.imsglobal.lti.close") {
      location.assign(frame.dataset.close);
    }
  });
}

// A tool that asks is told which frame keeps things for it (LTI client-side postMessage storage, as Canvas has it).
const storage = document.querySelector("iframe[data-storage]");
if (storage !== null) {
  const messages = ["lti.put_data", "lti.get_data"].map((subject) => ({ subject, frame: storage.name }));
  addEventListener("message", (event) => {
    if (typeof event.data !== "object" || event.data?.subject !== "lti.capabilities") return;
    const answer = { subject: "lti.capabilities.response", message_id: event.data.message_id };
    event.source.postMessage({ ...answer, supported_messages: [{ subject: "lti.capabilities" }, ...messages] }, event.origin);
  });
}
