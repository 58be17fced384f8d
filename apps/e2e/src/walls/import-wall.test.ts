import { describe, expect, it } from "vitest";
import { allowList, unrestricted } from "./allow-list.ts";
import { importViolations } from "./import-wall.ts";
import { manifestViolations, rankViolations } from "./manifest-wall.ts";
import { readText } from "./repository.ts";
import { type Manifest, type WorkspacePackage, workspacePackages } from "./workspace-packages.ts";

function sample(shortName: string, manifest: Partial<Manifest> = {}): WorkspacePackage {
  const name = `@agent-oauth/${shortName}`;
  return {
    shortName,
    folder: `packages/${shortName}`,
    manifest: { name, ...manifest },
    sources: [],
  };
}

describe("allowList", () => {
  it("leads strictly downwards", () => {
    expect(rankViolations(allowList)).toEqual([]);
  });

  it("is refused when two packages of one layer may use each other", () => {
    const list = { a: { rank: 1, ours: ["b"] }, b: { rank: 1 }, c: { rank: 2, ours: ["gone"] } };
    expect(rankViolations(list)).toEqual([
      "a may depend on b, which is not below it",
      "c may depend on gone, which is not below it",
    ]);
  });
});

describe("manifestViolations", () => {
  it.each<[string, Partial<Manifest>, string]>([
    ["core", { dependencies: { undici: "*" } }, "core: dependencies has undici"],
    ["core", { optionalDependencies: { jose: "*" } }, "core: optionalDependencies has jose"],
    [
      "client",
      { dependencies: { "@agent-oauth/sts": "*" } },
      "client: dependencies has @agent-oauth/sts",
    ],
    [
      "client",
      { devDependencies: { "@agent-oauth/sts": "*" } },
      "client: devDependencies has @agent-oauth/sts",
    ],
    [
      "client",
      { dependencies: { "@modelcontextprotocol/client": "*" } },
      "client: dependencies has @modelcontextprotocol/client",
    ],
    [
      "mock-sts",
      { dependencies: { "@agent-oauth/core": "*" } },
      "mock-sts: dependencies has @agent-oauth/core",
    ],
    ["redis", { dependencies: { redis: "*" } }, "redis: dependencies has redis"],
    ["stranger", {}, "stranger is not in the allow-list"],
    ["e2e", {}, "e2e may depend on everything: not private"],
    [
      "core",
      { dependencies: { "@agent-oauth/test-support": "*" } },
      "core: dependencies has @agent-oauth/test-support",
    ],
    [
      "mock-sts",
      { devDependencies: { "@agent-oauth/test-support": "*" } },
      "mock-sts: devDependencies has @agent-oauth/test-support",
    ],
    [
      "test-support",
      { private: true, dependencies: { "@agent-oauth/core": "*" } },
      "test-support: dependencies has @agent-oauth/core",
    ],
    ["test-support", {}, "test-support is for tests: not private"],
  ])("refuses %s with %o", (shortName, manifest, violation) => {
    expect(manifestViolations(sample(shortName, manifest))).toEqual([violation]);
  });

  it("accepts what the list allows", () => {
    const dependencies = { "@agent-oauth/core": "workspace:^", zod: "catalog:" };
    expect(manifestViolations(sample("node", { dependencies }))).toEqual([]);
    const devDependencies = { "@agent-oauth/test-support": "workspace:^" };
    expect(manifestViolations(sample("node", { devDependencies }))).toEqual([]);
    const manifest = { private: true, dependencies: { "@peculiar/x509": "catalog:" } };
    expect(manifestViolations(sample("test-support", manifest))).toEqual([]);
  });
});

describe("importViolations", () => {
  const declared = {
    dependencies: { "@agent-oauth/core": "*", "@agent-oauth/sts": "*", zod: "*" },
    devDependencies: { vitest: "*", "@agent-oauth/node": "*", "@agent-oauth/test-support": "*" },
  };
  const client = sample("client", declared);
  const refused = (source: string, file = "packages/client/src/a.ts") =>
    importViolations(client, { file, source });

  it.each([
    "@agent-oauth/sts",
    "@agent-oauth/sts/deep",
    "@agent-oauth/client",
    "undici",
    "vitest",
    "fs",
    "../../core/src/index.ts",
  ])("refuses %s, as a type too", (name) => {
    expect(refused(`import type { A } from "${name}";`)).toEqual([
      `packages/client/src/a.ts imports ${name}`,
    ]);
    expect(refused(`export { a } from "${name}";`)).toHaveLength(1);
  });

  it("refuses a name that is put together at run time, but in a test", () => {
    expect(refused("await import(name);")).toHaveLength(1);
    expect(refused("await import(name);", "packages/client/src/a.test.ts")).toEqual([]);
  });

  it.each(["@agent-oauth/core", "@agent-oauth/core/testing", "zod/mini", "node:fs", "./b.ts"])(
    "accepts %s",
    (name) => expect(refused(`import { a } from "${name}";`)).toEqual([]),
  );

  it("lets an app that nobody installs use the repository's scripts, and no published package", () => {
    const source = 'import { a } from "../../../scripts/a.mjs";';
    const app = { ...sample("e2e", {}), folder: "apps/e2e" };
    expect(importViolations(app, { file: "apps/e2e/src/a.ts", source })).toEqual([]);
    expect(refused(source)).toHaveLength(1);
  });

  it("lets a test use its tools, but no package above or beside", () => {
    const file = "packages/client/src/a.test.ts";
    expect(refused('import "vitest";', file)).toEqual([]);
    expect(refused('import "@agent-oauth/node";', file)).toHaveLength(1);
    expect(refused('import "@agent-oauth/test-support";', file)).toEqual([]);
    expect(refused('import "@agent-oauth/test-support";')).toHaveLength(1);
  });
});

describe("the workspace", () => {
  const packages = workspacePackages();

  it("has the packages that the walls are about", () => {
    const names = packages.map(({ shortName }) => shortName);
    expect(names).toEqual(expect.arrayContaining(["core", "client", "mock-sts", ...unrestricted]));
  });

  it.each(packages)("$shortName depends on what the allow-list names", (pkg) => {
    expect(manifestViolations(pkg)).toEqual([]);
  });

  it.each(packages)("$shortName imports what the allow-list names", (pkg) => {
    const violations = pkg.sources.flatMap((file) =>
      importViolations(pkg, { file, source: readText(file) }),
    );
    expect(violations).toEqual([]);
  });
});
