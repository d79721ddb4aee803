// Between a question's fields and its value as the API takes it, by the shape of the value that the fragment names.
// null is "no answer".
const named = (question, suffix = "") => `slot-${question.dataset.slot}${suffix}`;
const part = (question, suffix = "") => question.querySelector(`[name="${named(question, suffix)}"]`);
const picked = (question) => [...question.querySelectorAll("input:checked")].map((input) => input.value);
const pick = (question, wanted) => {
  for (const input of question.querySelectorAll("input[type=radio], input[type=checkbox]")) input.checked = wanted.includes(input.value);
};
const parts = (question) => {
  const start = named(question, "-");
  return [...question.querySelectorAll("input, select")].filter((field) => field.name.startsWith(start))
    .map((field) => [field.name.slice(start.length), field]);
};
const inner = (question) => [...question.querySelectorAll(".lc-q")]
  .map((part) => [part.dataset.slot.slice(question.dataset.slot.length + 1), part]);

const SHAPES = {
  // one of several
  one: { read: (q) => picked(q)[0] ?? null, write: (q, value) => pick(q, [value]) },
  // any number of several
  many: {
    read: (q) => (picked(q).length ? picked(q).sort() : null),
    write: (q, value) => pick(q, value ?? []),
  },
  flag: {
    read: (q) => ({ true: true, false: false })[picked(q)[0]] ?? null,
    write: (q, value) => pick(q, [String(value)]),
  },
  // a number with its unit
  number: {
    read: (q) => {
      const value = part(q).value.trim();
      return value ? { value, unit: part(q, "-unit")?.value.trim() || null } : null;
    },
    write: (q, value) => {
      part(q).value = value?.value ?? "";
      const unit = part(q, "-unit");
      if (unit && unit.type !== "hidden") unit.value = value?.unit ?? "";
    },
  },
  text: {
    read: (q) => part(q).value.trim() || null,
    write: (q, value) => { part(q).value = value ?? ""; },
  },
  // a text for each of several fields: gap, row, place
  map: {
    read: (q) => {
      const filled = parts(q).map(([name, field]) => [name, field.value.trim()]).filter(([, value]) => value);
      return filled.length ? Object.fromEntries(filled) : null;
    },
    write: (q, value) => { for (const [name, field] of parts(q)) field.value = value?.[name] ?? ""; },
  },
  // several questions in one: the value of each, by the name that its slot ends with
  parts: {
    read: (q) => {
      const given = inner(q).map(([name, part]) => [name, readValue(part)]).filter(([, value]) => value !== null);
      return given.length ? Object.fromEntries(given) : null;
    },
    write: (q, value) => { for (const [name, part] of inner(q)) writeValue(part, value?.[name] ?? null); },
  },
};

export const readValue = (question) => SHAPES[question.dataset.shape].read(question);
export const writeValue = (question, value) => SHAPES[question.dataset.shape].write(question, value);
// Rows that share a place are told and not moved: nothing changes but what the candidate picks.
export const tellShared = (question) => {
  for (const told of question.querySelectorAll("[data-shared]")) {
    const places = [...told.closest("fieldset").querySelectorAll("select")].map((field) => field.value).filter(Boolean);
    told.hidden = new Set(places).size === places.length;
  }
};
export const same = (a, b) => JSON.stringify(a ?? null) === JSON.stringify(b ?? null);
