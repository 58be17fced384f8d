import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { declaredPackages, inwardLinks, undeclaredModules } from "./installed-packages.ts";

function emptyModules() {
  const modules = mkdtempSync(join(tmpdir(), "modules-"));
  onTestFinished(() => rmSync(modules, { recursive: true }));
  const write = (file: string, text: string): void => {
    const path = join(modules, "@agent-oauth/a", file);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
  };
  return { modules, write };
}

describe("declaredPackages", () => {
  it("follows the dependencies of packages of ours", () => {
    expect(declaredPackages("@agent-oauth/customer-mtls")).toEqual([
      "core",
      "customer-mtls",
      "node",
      "token-endpoint",
    ]);
    expect(declaredPackages("@agent-oauth/mock-sts")).toEqual(["mock-sts"]);
  });
});

describe("undeclaredModules", () => {
  it("names what a built file imports and the package does not declare", () => {
    const { modules, write } = emptyModules();
    const dependencies = { "@x/declared": "^1.0.0" };
    const peerDependencies = { peer: "^1.0.0" };
    write(
      "package.json",
      JSON.stringify({ name: "@agent-oauth/a", dependencies, peerDependencies }),
    );
    write(
      "dist/index.js",
      `import "@x/declared/deep"; import "peer"; import "node:fs"; import "./b.js"; import "@agent-oauth/a";`,
    );
    write("dist/deep/b.js", `export * from "undici"; await import("@x/other");`);
    expect(undeclaredModules(modules)).toEqual(["a imports @x/other", "a imports undici"]);
  });
});

describe("inwardLinks", () => {
  it("names the links of an installed README to files of the repository", () => {
    const { modules, write } = emptyModules();
    const home = "https://github.com/owner/name";
    write("README.md", `[a](../../docs/a.md) [b](${home}/blob/main/docs/b.md)`);
    expect(inwardLinks(modules, home)).toEqual([
      "a: README.md links to ../../docs/a.md; run pnpm set-home",
    ]);
  });
});
