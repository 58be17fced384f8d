import { homedir } from "node:os";
import { describe, expect, it } from "vitest";
import { readText, repositoryFiles, root } from "./repository.ts";
import { wordViolations } from "./repository-words.ts";

// Put together here, so that this file does not contain what it refuses.
const join = (...parts: string[]) => parts.join("");

describe("wordViolations", () => {
  it.each([
    ["notes.md", join("see /ho", "me/ada/notes")],
    ["notes.md", join("see /Us", "ers/ada/notes")],
    ["notes.md", join("see C:\\Us", "ers\\ada")],
    ["notes.md", join("see /ro", "ot/notes")],
    ["notes.md", "see /srv/checkouts/agents/README.md"],
    ["a.test.ts", join("it.", "skip('a', () => {});")],
    ["a.test.ts", join("describe.", "only('a', () => {});")],
    ["a.test.ts", join("test.concurrent.", "skipIf(true)('a', () => {});")],
    ["a.test.ts", join("x", "it('a', () => {});")],
    ["pnpm-lock.yaml", "tarball: https://registry.example/a.tgz"],
  ])("refuses in %s: %s", (file, line) => {
    expect(wordViolations({ file, text: `first\n${line}` }, ["/srv/checkouts/agents"])).toEqual([
      expect.stringMatching(new RegExp(`^${file}:2 names `)),
    ]);
  });

  it.each([
    ["notes.md", "see https://example.com/home/page and /bindings/gateway"],
    ["a.test.ts", "it('skips an entry that is the only one', () => {});"],
    ["a.ts", "iterator.skip(1)"],
  ])("accepts in %s: %s", (file, text) => {
    expect(wordViolations({ file, text }, ["/srv/checkouts/agents"])).toEqual([]);
  });
});

describe("the repository", () => {
  // A short path, such as a container's work folder, may stand in an example for a good reason.
  const places = [root, homedir()].filter((place) => place.split(/[\\/]/).length > 2);

  it("names no place of a developer's machine, no skipped test and no package address", () => {
    const violations = repositoryFiles()
      .filter((file) => !file.endsWith("LICENSE"))
      .flatMap((file) => wordViolations({ file, text: readText(file) }, places));
    expect(violations).toEqual([]);
  });
});
