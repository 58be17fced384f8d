/** @import { EffectField, EffectKind } from "./fault-effects.js" */
import { EFFECTS, PLACES } from "./fault-effects.js";

/**
 * Reads a fault from the form.
 *
 * @param {FormData} form
 * @returns {unknown}
 */
export function readFault(form) {
  const kind = /** @type {EffectKind} */ (form.get("effect"));
  const fields = (EFFECTS[kind].fields ?? []).flatMap(({ name, type }) => {
    const text = String(form.get(name) ?? "").trim();
    return text === "" ? [] : [[name, readers[type](text)]];
  });
  const { match } = PLACES[Number(form.get("place"))] ?? { match: {} };
  const times = String(form.get("times"));
  const subject = String(form.get("subject") ?? "").trim();
  return {
    match: {
      ...match,
      ...(subject !== "" && { subject }),
      times: times === "unlimited" ? times : Number(times),
    },
    effect: { kind, ...Object.fromEntries(fields) },
  };
}

/** @type {Record<EffectField["type"], (text: string) => unknown>} */
const readers = {
  number: Number,
  text: (text) => text,
  list: (text) => text.split(/[\s,]+/),
  json: (text) => {
    try {
      return JSON.parse(text);
    } catch {
      return text;
    }
  },
};
