import { posix } from "node:path";
import { describe, expect, it } from "vitest";
import { impurities, readsEnvironment } from "./purity-wall.ts";
import { readText } from "./repository.ts";
import { isTest, workspacePackages } from "./workspace-packages.ts";

const packages = workspacePackages().filter(({ folder }) => folder.startsWith("packages/"));

describe("impurities", () => {
  it.each([
    ["a.ts", 'import { readFileSync } from "node:fs";', "a.ts names node:fs"],
    ["a.ts", 'import type { Hash } from "node:crypto";', "a.ts names node:crypto"],
    ["a.ts", 'import { hash } from "crypto";', "a.ts names crypto"],
    ["a.ts", "await fetch(url);", "a.ts names fetch"],
    ["a.ts", "const send = options.fetch;", "a.ts names fetch"],
    ["a.ts", 'const send = globalThis["fetch"];', "a.ts names globalThis"],
    ["a.ts", "type Send = typeof fetch;", "a.ts names fetch"],
    ["a.ts", "setInterval(tick, 1_000);", "a.ts names setInterval"],
    ["a.ts", "const home = process.env.HOME;", "a.ts names process"],
    ["bearer/bearer-fetch.ts", "new WebSocket(url);", "bearer/bearer-fetch.ts names WebSocket"],
    ["token/digest.ts", 'import "node:tls";', "token/digest.ts names node:tls"],
    ["testing/digest.ts", 'import "node:crypto";', "testing/digest.ts names node:crypto"],
  ])("refuses in %s: %s", (file, source, violation) => {
    expect(impurities(file, source)).toEqual([violation]);
  });

  it.each([
    ["bearer/bearer-fetch.ts", "const send = options.fetch ?? globalThis.fetch;"],
    ["token/digest.ts", 'import { hash } from "node:crypto";'],
    ["a.ts", '// fetch\nconst text = "fetch"; setTimeout(tick, 1);'],
  ])("accepts in %s: %s", (file, source) => {
    expect(impurities(file, source)).toEqual([]);
  });

  it("finds none in core", () => {
    const core = packages.find(({ shortName }) => shortName === "core");
    const sources = core?.sources.filter((file) => !isTest(file)) ?? [];
    expect(sources.length).toBeGreaterThan(0);
    const violations = sources.flatMap((file) =>
      impurities(posix.relative(`${core?.folder}/src`, file), readText(file)),
    );
    expect(violations).toEqual([]);
  });
});

describe("readsEnvironment", () => {
  it.each([
    "process.env.HOME",
    'process["env"]',
    "const { env } = process;",
    'import { env } from "node:process";',
  ])("sees %s", (source) => {
    expect(readsEnvironment(source)).toBe(true);
  });

  it.each(["process.version", "// process.env", "options.env.HOME"])("passes over %s", (source) => {
    expect(readsEnvironment(source)).toBe(false);
  });

  it("is true of no source file that does not say so in its name", () => {
    const files = packages.flatMap(({ sources }) => sources).filter((file) => !isTest(file));
    const quiet = files.filter((file) => !/-environment\.ts$|\/cli\.ts$/.test(file));
    expect(quiet.filter((file) => readsEnvironment(readText(file)))).toEqual([]);
  });
});
