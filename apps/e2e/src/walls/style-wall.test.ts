import { describe, expect, it } from "vitest";
import { readText, repositoryFiles } from "./repository.ts";
import { fileViolations, missingSections } from "./style-wall.ts";
import { workspacePackages } from "./workspace-packages.ts";

const lines = (count: number) => "line\n".repeat(count);

describe("fileViolations", () => {
  it.each([
    ["packages/core/src/cache.ts", 250],
    ["apps/mock-sts/src/deep/server.ts", 250],
    ["packages/core/README.md", 170],
    ["README.md", 170],
    ["AGENTS.md", 99],
    ["CONTRIBUTING.md", 99],
  ])("lets %s have %i lines and no more", (file, count) => {
    expect(fileViolations(file, lines(count))).toEqual([]);
    expect(fileViolations(file, lines(count + 1))).toEqual([
      `${file} has ${count + 1} lines, more than ${count}`,
    ]);
  });

  it("sets tests and other documents no limit", () => {
    expect(fileViolations("packages/core/src/cache.test.ts", lines(900))).toEqual([]);
    expect(fileViolations("docs/architecture.md", lines(900))).toEqual([]);
  });

  it.each(["utils", "helpers", "common", "types", "manager", "misc", "token-utils", "url-helper"])(
    "refuses %s.ts, and its test",
    (name) => {
      expect(fileViolations(`packages/core/src/deep/${name}.ts`, "")).toHaveLength(1);
      expect(fileViolations(`packages/core/src/${name}.test.ts`, "")).toHaveLength(1);
    },
  );

  it.each(["tokenCache", "Token", "token_cache"])("refuses %s.ts, not in kebab case", (name) => {
    expect(fileViolations(`packages/core/src/${name}.ts`, "")).toHaveLength(1);
  });

  it.each(["index", "grant-types", "token-endpoint.bench", "server.test-support", "x5t"])(
    "accepts %s.ts",
    (name) => {
      expect(fileViolations(`packages/core/src/${name}.ts`, "")).toEqual([]);
    },
  );
});

describe("missingSections", () => {
  it("names what no heading tells", () => {
    const readme = "# core\n\n## Install\n\n### Errors\n\nOptions\n\n## Try it first\n";
    expect(missingSections(readme)).toEqual([
      "when not to use it",
      "its options",
      "its errors",
      "its RFCs",
    ]);
  });
});

describe("the repository", () => {
  it("has no file that is too long or says nothing by its name", () => {
    expect(repositoryFiles().flatMap((file) => fileViolations(file, readText(file)))).toEqual([]);
  });

  const published = workspacePackages().filter(({ manifest }) => manifest.private !== true);
  it.each(published)("tells in the README of $shortName what a reader looks for", ({ folder }) => {
    expect(missingSections(readText(`${folder}/README.md`))).toEqual([]);
  });

  it.each(["AGENTS.md", "CONTRIBUTING.md"])("names in %s the command that checks all", (file) => {
    expect(readText(file)).toMatch(/\bpnpm(?:@12)? check\b/);
  });
});
