import { readdirSync, readFileSync } from "node:fs";
import { basename, dirname, join, relative } from "node:path";
import { z } from "zod";
import { expectation } from "./expectation.ts";

/** One public report or file of people who do our users' job, made small: what the product is given, and what should come of it. */
export type PublicCase = z.infer<typeof content> & {
  /** The name of its file. */
  readonly name: string;
  /** The name of its folder, which says who runs it. */
  readonly kind: string;
};

const content = z.strictObject({
  /** Where it was reported: a repository with the number of the report, or what else is known of it. */
  source: z.string().min(1),
  /** What goes wrong for people if the product does not keep to it. */
  why: z.string().min(1),
  /** What the kind is given; `{now+60}`, `{jwt+60}` and `{origin}` are filled in. */
  input: z.record(z.string(), z.unknown()),
  /** The outcomes that are right, such as to repair the input or to name the true cause. */
  expected: z.array(expectation).min(1),
});

const DATA = join(import.meta.dirname, "data");

/** Reads all cases, sorted by name. */
export function readPublicCases(): readonly PublicCase[] {
  return readdirSync(DATA, { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".json"))
    .map((file) => readCase(join(DATA, file)))
    .sort((one, other) => one.name.localeCompare(other.name));
}

function readCase(file: string): PublicCase {
  const read = content.safeParse(JSON.parse(readFileSync(file, "utf8")));
  if (!read.success) {
    throw new Error(`Cannot read ${relative(DATA, file)}: ${z.prettifyError(read.error)}`);
  }
  return { ...read.data, name: basename(file, ".json"), kind: basename(dirname(file)) };
}
