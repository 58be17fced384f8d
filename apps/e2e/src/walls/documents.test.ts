import { describe, expect, it } from "vitest";
import { readHome } from "../../../../scripts/home.mjs";
import { deadLinks, unknownFiles, unnamedRooms } from "./documents.ts";
import { readText, repositoryFiles } from "./repository.ts";

const files = ["docs/a.md", "docs/deep/b.md", "packages/core/src/cache/entry-table.ts"];
const document = (text: string, file = "docs/a.md") => ({ file, text });

describe("deadLinks", () => {
  it.each(["gone.md", "deep/gone.md", "../README.md", "./b.md", "/docs/a.md", "gone.md#part"])(
    "refuses a link to %s",
    (link) => {
      expect(deadLinks(document(`See [it](${link}).`), files)).toHaveLength(1);
    },
  );

  it.each([
    "deep/b.md",
    "deep/b.md#part",
    "deep",
    "deep/",
    "../packages/core",
    "#part",
    "https://a.example/b",
  ])("accepts a link to %s", (link) => {
    expect(deadLinks(document(`See [it](${link}).`), files)).toEqual([]);
  });

  it("follows the links through the repository's home", () => {
    const home = "https://github.com/owner/name";
    const text = `[a](${home}/blob/main/docs/a.md#part) [b](${home}/tree/main/gone) [c](${home}/issues)`;
    expect(deadLinks(document(text), files, home)).toEqual([
      `docs/a.md links to ${home}/tree/main/gone, which is not there`,
    ]);
  });

  it("reads no code", () => {
    expect(deadLinks(document("`a[0](b)`\n```ts\nlist[0](call);\n```\n"), files)).toEqual([]);
  });

  it("names the document and the link", () => {
    expect(deadLinks(document("[a](../a.md)", "docs/deep/b.md"), ["docs/deep/b.md"])).toEqual([
      "docs/deep/b.md links to ../a.md, which is not there",
    ]);
  });
});

describe("unknownFiles", () => {
  it("accepts the end of a path", () => {
    const text = "`entry-table.ts`, `cache/entry-table.ts`";
    expect(unknownFiles(document(text), files)).toEqual([]);
  });

  it("names what is not there", () => {
    expect(unknownFiles(document("`table.ts`, `core/entry-table.ts`"), files)).toEqual([
      "docs/a.md names table.ts, which is not there",
      "docs/a.md names core/entry-table.ts, which is not there",
    ]);
  });
});

describe("unnamedRooms", () => {
  const sources = [
    "packages/core/src/index.ts",
    "packages/core/src/cache/entry-table.ts",
    "apps/mock-sts/src/controls/http/control-api.ts",
    "packages/core/src/golden/token.test.ts",
  ];

  it("names the folders that a document leaves out", () => {
    expect(unnamedRooms(document("`core/cache`"), sources)).toEqual([
      "docs/a.md does not say what is in mock-sts/controls/http",
    ]);
    expect(unnamedRooms(document("core/cache, `core/cache/entry-table.ts`"), sources)).toHaveLength(
      2,
    );
    expect(unnamedRooms(document("`core/cache` `mock-sts/controls/http`"), sources)).toEqual([]);
  });
});

describe("the documents", () => {
  const all = repositoryFiles();
  const read = (file: string) => ({ file, text: readText(file) });

  it("link to what is there", () => {
    const documents = all.filter((file) => file.endsWith(".md"));
    expect(documents.flatMap((file) => deadLinks(read(file), all, readHome()))).toEqual([]);
  });

  it("explain every error code: what it means, its cause and its fix", () => {
    const source = readText("packages/core/src/errors/token-error.ts");
    const [, union = ""] = /type TokenErrorCode =([^;]+);/.exec(source) ?? [];
    const codes = Array.from(union.matchAll(/"(ERR_TOKEN_\w+)"/g), ([, code]) => code);
    const parts = readText("docs/errors.md").split(/^### /m).slice(1);
    expect(parts.map((part) => part.split("\n", 1)[0])).toEqual(codes);
    for (const part of parts) {
      expect(part).toMatch(
        /^\w+\n\n\S.*?\n\n- \*\*Cause\*\*: .*\n- \*\*Fix\*\*: .*\n- \*\*Retryable\*\*: /s,
      );
    }
  });

  it("name for each promise of the security model tests that are there", () => {
    const model = read("docs/security-model.md");
    const rows = model.text.split("\n").filter((line) => /^\| [A-Z]/.test(line));
    expect(rows.length).toBeGreaterThan(15);
    for (const row of rows) expect(row).toMatch(/`[\w./-]+\.test\.ts` \|$/);
    expect(unknownFiles(model, all)).toEqual([]);
  });

  it("show the architecture as it is", () => {
    const architecture = read("docs/architecture.md");
    const sources = all.filter((file) => /^(?:packages|apps\/mock-sts)\//.test(file));
    expect(unknownFiles(architecture, all)).toEqual([]);
    expect(unnamedRooms(architecture, sources)).toEqual([]);
  });
});
