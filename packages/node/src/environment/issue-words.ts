/** What is wrong with a value, in our words: the field or place stands before them, and no value is shown. */
import { kindOf, listedNames } from "@agent-oauth/core/internal";
import type { z } from "zod";

/** Says what is wrong where a schema has no words of its own: the option `error` of zod's `safeParse`. */
export const issueWords: z.core.$ZodErrorMap = (issue) => {
  const { input } = issue;
  if (input === undefined) return "is missing";
  switch (issue.code) {
    case "invalid_type":
      return `must be ${KINDS[issue.expected] ?? "of another kind"}, not ${kindOf(input)}`;
    case "invalid_value":
      return `must be ${issue.values.map((value) => JSON.stringify(value)).join(" or ")}`;
    case "unrecognized_keys":
      return `has unknown keys: ${listedNames(issue.keys)}`;
    case "too_small":
      return input === "" ? "is empty" : `must be at least ${issue.minimum}${unit(issue.origin)}`;
    case "too_big":
      return `must be at most ${issue.maximum}${unit(issue.origin)}`;
    case "invalid_format":
      return FORMATS[issue.format] ?? "is not written as it must be";
    default:
      return "cannot be used";
  }
};

const KINDS: Readonly<Record<string, string>> = {
  array: "a list",
  boolean: "true or false",
  int: "a whole number",
  number: "a number",
  object: "an object",
  record: "an object",
  string: "a string",
};

const FORMATS: Readonly<Record<string, string>> = {
  url: "must be an absolute URL",
  uuid: "must be a UUID",
  email: "must be an e-mail address",
};

function unit(origin: string): string {
  if (origin === "string") return " characters long";
  return origin === "array" ? " items long" : "";
}
