import type { z } from "zod";
import { didYouMean } from "./nearest-name.ts";

/**
 * Says what is wrong with data, for `safeParse(data, { error: explainIssue })`: a wrong name gets
 * the nearest right one, and no value is shown. Several unknown keys get a line each.
 */
export const explainIssue: z.core.$ZodErrorMap = (issue) => {
  const { input, inst } = issue;
  switch (issue.code) {
    case "unrecognized_keys":
      return issue.keys.map((key) => `unknown key${didYouMean(key, keysOf(inst))}`).join("\n");
    case "invalid_value":
      return input === undefined ? "is missing" : mustBeOneOf(input, issue.values);
    case "invalid_union":
      return explainUnion(issue);
    case "invalid_type":
      return input === undefined ? "is missing" : (TYPE_NAMES[issue.expected] ?? UNUSABLE);
    case "too_small":
      if (issue.origin === "string") return "must not be blank";
      if (issue.origin === "array") return "must not be empty";
      return `must be ${issue.inclusive ? "at least" : "more than"} ${issue.minimum}`;
    case "too_big":
      return `must be at most ${issue.maximum}`;
    case "invalid_format":
      return issue.format === "url" ? "must be an absolute URL" : UNUSABLE;
    case "invalid_key":
      return "has a name that cannot be used";
    default:
      return UNUSABLE;
  }
};

/** Where a schema has no words of its own for a rule. The library's own words are never shown. */
const UNUSABLE = "cannot be used";

/** One thing that is wrong, and the path of the value, or of the unknown key, that it is about. */
export interface PlacedViolation {
  readonly path: readonly PropertyKey[];
  readonly message: string;
  /** Whether it is about the key. */
  readonly key?: boolean;
}

/** Lists what is wrong; each unknown key has a violation of its own, with its own path. */
export function placedViolations({ issues }: z.ZodError): PlacedViolation[] {
  return issues.flatMap((issue): PlacedViolation[] => {
    const { path, message, code } = issue;
    if (code !== "unrecognized_keys") return [{ path, message }];
    const messages = message.split("\n");
    return issue.keys.map((key, index) => ({
      path: [...path, key],
      key: true,
      message: messages[index] ?? message,
    }));
  });
}

const TYPE_NAMES: Readonly<Record<string, string>> = {
  array: "must be a list",
  boolean: "must be true or false",
  int: "must be an integer",
  number: "must be a number",
  object: "must be a mapping",
  record: "must be a mapping",
  string: "must be text",
};

function keysOf(schema: unknown): readonly string[] {
  const { shape = {} } = (schema as z.ZodObject | undefined)?.def ?? {};
  return Object.keys(shape);
}

function mustBeOneOf(input: unknown, values: readonly unknown[]): string {
  const names = values.filter((value) => typeof value === "string");
  const asked = didYouMean(input, names);
  // A long list does not help a reader who made a typing error.
  if (asked !== "" && values.length > 6)
    return `is not one of the ${values.length} known values${asked}`;
  const list = values.map((value) => JSON.stringify(value));
  return `must be ${list.length > 1 ? "one of " : ""}${list.join(", ")}${asked}`;
}

/** Explains the branch that fits best, or all branches if they differ in type only. */
function explainUnion(issue: z.core.$ZodRawIssue<z.core.$ZodIssueInvalidUnion>): string {
  if ("discriminator" in issue) {
    const { discriminator, options = [] } = issue as { discriminator?: string; options?: string[] };
    const given = (issue.input as Record<string, unknown>)[String(discriminator)];
    return given === undefined ? "is missing" : mustBeOneOf(given, options);
  }
  const branches = issue.errors.flatMap(([first]) => (first === undefined ? [] : [first]));
  const inner = branches.find(({ path }) => path.length > 0);
  if (inner !== undefined) return `its item ${inner.path.map(String).join(".")} ${inner.message}`;
  const messages = new Set(branches.map(({ message }) => message));
  return [...messages].join(" or ").replaceAll(" or must be ", " or ");
}
