import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { apiReport } from "./api-report.ts";
import { readText, repositoryFiles, root } from "./repository.ts";
import { type WorkspacePackage, workspacePackages } from "./workspace-packages.ts";

describe("apiReport", () => {
  const index = { name: "p", file: "dist/index.d.ts" };
  const testing = { name: "p/testing", file: "dist/testing/index.d.ts" };

  /** The report of files below `dist`, of which a folder `testing` may be another entry point. */
  function reportOf(files: Readonly<Record<string, string>>): string {
    const entries = "testing/index.d.ts" in files ? [index, testing] : [index];
    return apiReport(
      entries,
      (file) => files[file.slice("dist/".length)] ?? expect.fail(`reads ${file}`),
    );
  }

  it("lists what an entry point exports by name, wherever it is declared", () => {
    const report = reportOf({
      "index.d.ts":
        'export { c } from "./deep/list.ts";\nexport type { A as B } from "./a.ts";\nexport declare const a = 1;\n',
      "deep/list.d.ts": 'export { b as c } from "./b.js";\n',
      "deep/b.d.ts":
        "/** Is b. */\nexport declare class b {\n    #private;\n    d: string;\n}\n//# sourceMappingURL=b.d.ts.map",
      "a.d.ts":
        "/** Is A. */\nexport interface A {\n}\n/** Is internal. */\nexport interface C {\n}\n",
    });
    expect(report).toBe(
      [
        "// ---- p exports\n",
        "// B:",
        "/** Is A. */\nexport interface A {\n}",
        "export declare const a = 1;",
        "// c:",
        "/** Is b. */\nexport declare class b {\n    d: string;\n}\n",
      ].join("\n"),
    );
  });

  it("adds what exports need, by all ways in which a declaration names another", () => {
    const needed = {
      "index.d.ts":
        'import { type B } from "./b.ts";\nimport type { Base } from "./base.ts";\ndeclare const value: string;\nexport declare class A extends Base implements I {\n    b: readonly B[];\n    c: typeof value;\n    d: import("./d.js").D;\n}\ninterface I extends J {\n}\ninterface J {\n}\ninterface Unused {\n}\n',
      "b.d.ts": "export type B = A | string;\ntype A = number;\n",
      "base.d.ts": "export declare class Base {\n}\n",
      "d.d.ts": "export type D = string;\nexport type Unused = string;\n",
    };
    const [exported = "", inner = ""] = reportOf(needed).split("// ---- what these need");
    expect(exported).toContain("export declare class A");
    expect(exported).not.toContain("type B");
    expect(inner.match(/^.*?(?:interface|type|class|const) \w+/gm)).toEqual([
      "type A",
      "export type B",
      "export declare class Base",
      "export type D",
      "interface I",
      "interface J",
      "declare const value",
    ]);
  });

  it("has each declaration once", () => {
    const report = reportOf({
      "index.d.ts":
        'type Fetch = typeof fetch;\nexport declare function a(b: Fetch): void;\nexport declare function a(b: Fetch, c: C): void;\nexport { C } from "./c.ts";\nimport type { C } from "./c.ts";\n',
      "c.d.ts": "type Fetch = typeof fetch;\nexport type C = Fetch | C[];\n",
      "testing/index.d.ts": 'export { C as D } from "../c.ts";\n',
    });
    expect(report.match(/function a/g)).toHaveLength(2);
    expect(report.match(/type C/g)).toHaveLength(1);
    expect(report.match(/type Fetch/g)).toHaveLength(1);
    expect(report).toContain("// ---- p/testing exports\n\n// D is C of p\n");
  });

  it("names what comes from other packages", () => {
    const report = reportOf({
      "index.d.ts":
        'import type { Dispatcher as D } from "undici";\nimport * as z from "zod";\nimport type { Deep } from "./deep.ts";\nexport type { Token } from "core";\nexport type A = D | z.ZodType | Deep | import("jose").JWK;\n',
      "deep.d.ts": 'export type { Deep } from "other/internal";\n',
    });
    expect(report).toContain("// Token is Token of core\n");
    expect(report.split("// ---- ").at(-1)).toBe(
      [
        "what these take from other packages\n",
        "// * of zod",
        "// Deep of other/internal",
        "// Dispatcher of undici",
        "// JWK of jose\n",
      ].join("\n"),
    );
  });

  it("does not change when declarations move, or with what nothing exports", () => {
    const files = {
      "index.d.ts": 'export type { A } from "./a.ts";\n',
      "a.d.ts": 'import type { B } from "./b.ts";\nexport type A = B;\n',
      "b.d.ts": "export type B = string;\n",
    };
    const moved = {
      "index.d.ts": 'export type { A } from "./deep/a.ts";\n',
      "deep/a.d.ts": "type B = string;\nexport type A = B;\nexport type C = number;\n",
    };
    expect(reportOf(moved).replace("type B", "export type B")).toBe(reportOf(files));
    expect(reportOf({ ...files, "b.d.ts": "export type B = number;\n" })).not.toBe(reportOf(files));
  });

  it("ends where a name leads nowhere", () => {
    const files = { "index.d.ts": 'export type { A } from "./a.ts";\n', "a.d.ts": "export {};\n" };
    expect(() => reportOf(files)).toThrow("Cannot find A in dist/a.d.ts: not exported");
  });
});

describe("the API report", () => {
  const published = workspacePackages().filter(({ manifest }) => manifest.private !== true);
  const reportOf = (shortName: string) => `apps/e2e/api-report/${shortName}.d.ts.txt`;

  /** What users may import; `./internal` is for packages of this workspace and promises nothing. */
  const entriesOf = ({ manifest }: WorkspacePackage) =>
    Object.entries(manifest.exports ?? {})
      .filter(([path]) => path !== "./internal")
      .map(([path, { types = "" }]) => ({
        name: manifest.name + path.slice(1),
        file: types.slice("./".length),
      }));

  it("exists for the published packages and no other", () => {
    const reports = repositoryFiles().filter((file) => file.startsWith("apps/e2e/api-report/"));
    expect(reports).toEqual(published.map(({ shortName }) => reportOf(shortName)).sort());
  });

  it.each(published)(
    "of $shortName is current (if the change is meant: pnpm api:update)",
    async (pkg) => {
      const report = apiReport(entriesOf(pkg), (file) => readText(`${pkg.folder}/${file}`));
      await expect(report).toMatchFileSnapshot(join(root, reportOf(pkg.shortName)));
    },
  );

  it("takes nothing from an entry point that promises nothing", () => {
    const taken = published.flatMap(({ shortName }) =>
      [...readText(reportOf(shortName)).matchAll(/^\/\/ .+ of @agent-oauth\/.+\/internal$/gm)].map(
        ([line]) => `${shortName}: ${line}`,
      ),
    );
    expect(taken).toEqual([]);
  });
});
