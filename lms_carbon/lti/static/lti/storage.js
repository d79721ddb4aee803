// Where a page in a frame can keep a secret between login and launch, when no cookie is kept there.
// `platform`: the platform's page around the frame (LTI client-side postMessage storage); `tab`: sessionStorage.

const ANSWER = 2000; // milliseconds that a platform's storage may take
const OFFER = 600; // milliseconds until a platform that says nothing has none

// Sends one message and returns what answers it, null where nothing does in time. Only `origin` may read and answer it.
function ask(frame, origin, message, patience) {
  return new Promise((resolve) => {
    const id = crypto.getRandomValues(new Uint32Array(4)).join("-");
    const done = (answer) => {
      clearTimeout(timer);
      removeEventListener("message", hear);
      resolve(answer);
    };
    const hear = (event) => {
      const said = event.data;
      if (typeof said !== "object" || said === null || said.message_id !== id) return;
      if (said.subject !== `${message.subject}.response` || (origin !== "*" && event.origin !== origin)) return;
      done(said.error ? null : said);
    };
    const timer = setTimeout(done, patience, null);
    addEventListener("message", hear);
    try {
      frame.postMessage({ ...message, message_id: id }, origin);
    } catch {
      done(null);
    }
  });
}

function around() {
  if (parent !== globalThis) return parent;
  return globalThis.opener ?? null;
}

function frameCalled(name) {
  const top = around();
  if (top === null || name === "" || name === "_parent") return top;
  try {
    return top.frames[name] ?? null;
  } catch {
    return null;
  }
}

// The window that keeps things for us: the one that the platform names, when asked or with its request; null for none.
async function findStorage(target) {
  const top = around();
  if (top === null) return null;
  const offer = await ask(top, "*", { subject: "lti.capabilities" }, target ? OFFER / 2 : OFFER);
  const able = Array.isArray(offer?.supported_messages) ? offer.supported_messages : [];
  const put = able.find((one) => one?.subject === "lti.put_data");
  if (put) return frameCalled(put.frame ?? target ?? "");
  return target ? frameCalled(target) : null;
}

export async function keepByPlatform({ storage, origin }, key, value) {
  const frame = await findStorage(storage);
  if (!frame || !origin) return false;
  const answer = await ask(frame, origin, { subject: "lti.put_data", key, value }, ANSWER);
  return answer !== null && answer.value === value;
}

export async function takeFromPlatform({ storage, origin }, key) {
  const frame = await findStorage(storage);
  if (!frame || !origin) return "";
  const answer = await ask(frame, origin, { subject: "lti.get_data", key }, ANSWER);
  void ask(frame, origin, { subject: "lti.put_data", key, value: null }, ANSWER); // it has served
  return typeof answer?.value === "string" ? answer.value : "";
}

export function offersStorage({ storage }) {
  return findStorage(storage).then((frame) => frame !== null);
}

export function keepInTab(key, value) {
  try {
    sessionStorage.setItem(key, value);
    return sessionStorage.getItem(key) === value;
  } catch {
    return false;
  }
}

export function takeFromTab(key) {
  try {
    const value = sessionStorage.getItem(key) ?? "";
    sessionStorage.removeItem(key);
    return value;
  } catch {
    return "";
  }
}
