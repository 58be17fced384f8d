/** The one place where data from files, variables and servers meets a zod schema, so that users read our words, not zod's. */
import { listedReasons } from "@agent-oauth/core/internal";
import type { z } from "zod";
import { issueWords } from "./issue-words.ts";

/** What a schema made of a value, or the rules that the value violates, in one line. */
export type CheckedValue<T> = { readonly data: T } | { readonly violations: string };

/** How the violations are told. */
export interface CheckValueOptions {
  /** What to call the value itself: "it". */
  readonly whole: string;
  /** Names the setting that holds a member of the value. Default the member's name. */
  readonly settingOf?: ((member: string) => string) | undefined;
}

/**
 * Checks a value by a schema. The violations are the first five, each with its place in the value, and the number of the
 * others. They show no values.
 */
export function checkValue<S extends z.ZodType>(
  schema: S,
  value: unknown,
  { whole, settingOf = (member) => member }: CheckValueOptions,
): CheckedValue<z.output<S>> {
  const { success, data, error } = schema.safeParse(value, { error: issueWords });
  if (success) return { data };
  const violations = error.issues.map(({ path, message }) => {
    const place = path.map((key, index) => {
      if (typeof key === "number") return `[${key}]`;
      return `.${index === 0 ? settingOf(String(key)) : String(key)}`;
    });
    return `${place.length === 0 ? whole : place.join("").replace(/^\./, "")} ${message}`;
  });
  return { violations: listedReasons(violations) };
}
