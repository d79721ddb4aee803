// Keeps what a tool's pages give, for that tool's origin alone and as long as the page around this frame is open.
const kept = new Map();

addEventListener("message", (event) => {
  const { subject, key, value, message_id } = event.data ?? {};
  if (subject !== "lti.put_data" && subject !== "lti.get_data") return;
  const answer = { subject: `${subject}.response`, message_id, key };
  const place = `${event.origin} ${key}`;
  if (typeof key !== "string" || !key) {
    answer.error = { code: "bad_request", message: "A key is needed." };
  } else if (subject === "lti.get_data") {
    answer.value = kept.get(place) ?? null;
  } else {
    if (value === null || value === undefined) kept.delete(place);
    else kept.set(place, String(value));
    answer.value = value;
  }
  event.source.postMessage(answer, event.origin);
});
