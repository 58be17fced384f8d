import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { apiReport } from "./api-report.ts";
import { readText, repositoryFiles, root } from "./repository.ts";
import { workspacePackages } from "./workspace-packages.ts";

describe("apiReport", () => {
  const files: Record<string, string> = {
    "dist/index.d.ts": 'export { b } from "./deep/b.ts";\nexport type A = import("./a.js").A;\n',
    "dist/a.d.ts": 'import type { Dispatcher } from "undici";\nexport type A = Dispatcher;\n',
    "dist/deep/b.d.ts":
      "export declare class b {\n    #private;\n    c: string;\n}\n//# sourceMappingURL=b.d.ts.map",
    "dist/unreached.d.ts": "export type Hidden = string;\n",
    "dist/testing/index.d.ts": 'export { b } from "../deep/b.ts";\n',
  };
  const read = (file: string) => files[file] ?? expect.fail(`reads ${file}`);

  it("has each file that the entry points reach once, in the order of their paths", () => {
    expect(apiReport(["dist/testing/index.d.ts", "dist/index.d.ts"], read)).toBe(
      [
        '// dist/a.d.ts\n\nimport type { Dispatcher } from "undici";\nexport type A = Dispatcher;\n',
        "// dist/deep/b.d.ts\n\nexport declare class b {\n    c: string;\n}\n",
        '// dist/index.d.ts\n\nexport { b } from "./deep/b.ts";\nexport type A = import("./a.js").A;\n',
        '// dist/testing/index.d.ts\n\nexport { b } from "../deep/b.ts";\n',
      ].join("\n"),
    );
  });

  it("changes with any reachable declaration", () => {
    const before = apiReport(["dist/index.d.ts"], read);
    const changed = (file: string) =>
      file === "dist/a.d.ts" ? "export type A = number;\n" : read(file);
    expect(apiReport(["dist/index.d.ts"], changed)).not.toBe(before);
  });
});

describe("the API report", () => {
  const published = workspacePackages().filter(({ manifest }) => manifest.private !== true);
  const reportOf = (shortName: string) => `apps/e2e/api-report/${shortName}.d.ts.txt`;

  it("exists for the published packages and no other", () => {
    const reports = repositoryFiles().filter((file) => file.startsWith("apps/e2e/api-report/"));
    expect(reports).toEqual(published.map(({ shortName }) => reportOf(shortName)).sort());
  });

  it.each(published)(
    "of $shortName is current (if the change is meant: pnpm api:update)",
    async (pkg) => {
      const entries = Object.values(pkg.manifest.exports ?? {}).map(({ types = "" }) =>
        types.slice(2),
      );
      const report = apiReport(entries, (file) => readText(`${pkg.folder}/${file}`));
      await expect(report).toMatchFileSnapshot(join(root, reportOf(pkg.shortName)));
    },
  );
});
