import { describe, expect, it } from "vitest";
import { exportViolations } from "./doc-comments.ts";
import { readText } from "./repository.ts";
import { workspacePackages } from "./workspace-packages.ts";

/** Violations of `index.ts` among the given files of a folder `src`. */
function violationsOf(files: Record<string, string>): readonly string[] {
  return exportViolations("src/index.ts", (file) => {
    const source = files[file.replace(/^src\//, "")];
    if (source === undefined) throw new Error(`Cannot read ${file}: not a file of this test`);
    return source;
  });
}

describe("exportViolations", () => {
  it.each([
    "export function a(): void {}",
    "export class a {}",
    "export abstract class a {}",
    "export interface a {}",
    "export type a = string;",
    "export const a = 1;",
    "export declare function a(): void;",
    "function a() {}\nexport { a };",
  ])("asks a doc comment of: %s", (source) => {
    expect(violationsOf({ "index.ts": source })).toEqual([
      "src/index.ts exports a without a doc comment",
    ]);
    expect(violationsOf({ "index.ts": `/** Says what a is. */\n${source}` })).toEqual([]);
  });

  it.each([
    "// Not a doc comment.\n",
    "/* Not a doc comment. */\n",
    "/** */\n",
    "/** Of another. */\nconst b = 1;\n",
  ])("does not take for one: %s", (comment) => {
    expect(violationsOf({ "index.ts": `${comment}export const a = 1;` })).toHaveLength(1);
  });

  it("follows names through files, renames and imports", () => {
    const files = {
      "index.ts": 'export { type A, b as c } from "./deep/list.ts";',
      "deep/list.ts":
        'import { b } from "../b.ts";\nexport { b };\nexport type { A } from "./a.ts";',
      "deep/a.ts": "/** Documented. */\nexport interface A {}",
      "b.ts": "/** Documented. */\nexport const b = 1;",
    };
    expect(violationsOf(files)).toEqual([]);
    expect(violationsOf({ ...files, "b.ts": "export const b = 1;" })).toEqual([
      "src/index.ts exports c without a doc comment",
    ]);
    expect(violationsOf({ ...files, "deep/a.ts": "export interface A {}" })).toEqual([
      "src/index.ts exports A without a doc comment",
    ]);
  });

  it("takes one documented overload for all", () => {
    const source =
      "/** Documented. */\nexport function a(): void;\nexport function a(b?: string): void {}";
    expect(violationsOf({ "index.ts": source })).toEqual([]);
  });

  it("refuses lists that do not name what they export", () => {
    expect(violationsOf({ "index.ts": 'export * from "./a.ts";' })).toEqual([
      "src/index.ts exports * from ./a.ts",
    ]);
    expect(violationsOf({ "index.ts": 'export * as a from "./a.ts";' })).toHaveLength(1);
    expect(violationsOf({ "index.ts": "/** No. */\nexport default 1;" })).toHaveLength(1);
  });

  it("refuses an entry point without exports", () => {
    expect(violationsOf({ "index.ts": "const a = 1;" })).toEqual(["src/index.ts exports nothing"]);
  });

  it("lets names of sibling packages be documented at home, but no stranger's", () => {
    expect(violationsOf({ "index.ts": 'export type { A } from "@agent-oauth/core";' })).toEqual([]);
    expect(violationsOf({ "index.ts": 'export type { A } from "undici";' })).toHaveLength(1);
  });
});

describe("every entry point", () => {
  const entries = workspacePackages().flatMap(({ folder, manifest }) =>
    Object.values(manifest.exports ?? {}).map((conditions) => {
      return `${folder}/${conditions["@agent-oauth/source"]?.replace("./", "")}`;
    }),
  );

  it("is known", () => {
    expect(entries).toEqual(
      expect.arrayContaining(["packages/core/src/index.ts", "packages/core/src/testing/index.ts"]),
    );
  });

  it.each(entries)("%s documents its exports", (entry) => {
    expect(exportViolations(entry, readText)).toEqual([]);
  });
});
