// Between a question's fields and its value as the API takes it. null is "no answer".
const part = (question, suffix = "") => question.querySelector(`[name="slot-${question.dataset.slot}${suffix}"]`);
const picked = (question) => [...question.querySelectorAll("input:checked")].map((input) => input.value);
const pick = (question, wanted) => {
  for (const input of question.querySelectorAll("input[type=radio], input[type=checkbox]")) input.checked = wanted.includes(input.value);
};

const KINDS = {
  single_choice: { read: (q) => picked(q)[0] ?? null, write: (q, value) => pick(q, [value]) },
  multiple_choice: {
    read: (q) => (picked(q).length ? picked(q).sort() : null),
    write: (q, value) => pick(q, value ?? []),
  },
  true_false: {
    read: (q) => ({ true: true, false: false })[picked(q)[0]] ?? null,
    write: (q, value) => pick(q, [String(value)]),
  },
  numeric: {
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
};

export const readValue = (question) => KINDS[question.dataset.kind].read(question);
export const writeValue = (question, value) => KINDS[question.dataset.kind].write(question, value);
export const same = (a, b) => JSON.stringify(a ?? null) === JSON.stringify(b ?? null);
