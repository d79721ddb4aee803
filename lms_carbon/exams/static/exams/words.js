// The page's sentences come with it, in the reader's language; nothing is worded in a module.
const read = (id) => JSON.parse(document.getElementById(id)?.textContent ?? "{}");
const sentences = read("exam-words");

export const settings = read("exam-data");

// words("waiting", { n: 3 }) takes "waiting_one" for 1 and "waiting_other" for all else, where they exist.
export function words(name, params = {}) {
  const counted = "n" in params ? `${name}_${params.n === 1 ? "one" : "other"}` : name;
  const sentence = sentences[counted] ?? sentences[name] ?? name;
  return sentence.replace(/\{(\w+)\}/g, (whole, key) => (key in params ? String(params[key]) : whole));
}

// HH:MM:SS in the time zone of the institution, not of the machine.
const hours = new Intl.DateTimeFormat("en-GB", {
  hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23", timeZone: settings.zone || undefined,
});
export const clockTime = (moment) => hours.format(moment);

// Seconds as 47:12, or 1:29:59.
export function duration(seconds) {
  const two = (n) => String(n).padStart(2, "0");
  const [h, m, s] = [Math.floor(seconds / 3600), Math.floor((seconds % 3600) / 60), seconds % 60];
  return h ? `${h}:${two(m)}:${two(s)}` : `${two(m)}:${two(s)}`;
}
