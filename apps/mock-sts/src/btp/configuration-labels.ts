import { z } from "zod";
import type { ConfigurationLabel } from "./configurations.ts";
import { ServiceError } from "./service-error.ts";

/** The highest number of labels of a configuration. */
const MAX_LABELS = 10;
/** The highest number of values of a label. */
const MAX_VALUES = 10;

/** Labels as they come over the wire. */
export const labelsSchema = z
  .array(z.object({ key: z.string().min(1), values: z.array(z.string()).max(MAX_VALUES) }))
  .max(MAX_LABELS);

const patchSchema = z.object({ action: z.enum(["ADD", "DELETE"]), labels: labelsSchema });

/**
 * Adds labels to others or takes them away, value by value.
 *
 * @throws ServiceError 400 if the text is not a patch, or for too many labels or values.
 */
export function applyLabelPatch(
  labels: readonly ConfigurationLabel[],
  patch: unknown,
): readonly ConfigurationLabel[] {
  const parsed = patchSchema.safeParse(patch);
  if (!parsed.success) throw invalidLabels();
  const values = new Map(labels.map((label) => [label.key, new Set(label.values)]));
  for (const label of parsed.data.labels) {
    const own = values.get(label.key) ?? new Set();
    for (const value of label.values) {
      if (parsed.data.action === "ADD") own.add(value);
      else own.delete(value);
    }
    if (own.size > 0) values.set(label.key, own);
    else values.delete(label.key);
  }
  const patched = [...values].map(([key, own]) => ({ key, values: [...own] }));
  if (!labelsSchema.safeParse(patched).success) throw invalidLabels();
  return patched;
}

function invalidLabels(): ServiceError {
  return new ServiceError(400, "The labels are invalid");
}
