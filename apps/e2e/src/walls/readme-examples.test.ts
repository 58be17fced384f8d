import { describe, expect, it } from "vitest";
import { documentBlocks } from "../documents/document-blocks.ts";
import { documentSteps } from "../documents/document-steps.ts";
import { programs, typeErrors, uninstalledImports, unreadableBlocks } from "./readme-examples.ts";
import { readText, repositoryFiles } from "./repository.ts";
import { workspacePackages } from "./workspace-packages.ts";

/** The documents for users. */
const documents = repositoryFiles()
  .filter((file) =>
    /^(?:README\.md|docs\/.*\.md|(?:packages|apps)\/[^/]+\/(?:README|docs\/.*)\.md)$/.test(file),
  )
  .map((file) => ({ file, text: readText(file) }));

describe("programs", () => {
  it("are the blocks with an import, whole", () => {
    const markdown = "# a\n```ts\nb;\n```\n```ts try.mts\nimport 'a';\n\na;\n```\n";
    expect(programs("docs/a b.md", markdown)).toEqual({ "docs-a-b-5.ts": "import 'a';\n\na;\n" });
  });
});

describe("unreadableBlocks", () => {
  it("names the block with await using, and reads no prose", () => {
    const markdown =
      "`await using` closes it.\n```ts\nawait using a = b();\n```\n```ts\nusing a;\n```\n";
    expect(unreadableBlocks("a.md", markdown)).toEqual([
      "a.md:2 has await using, a SyntaxError on Node 22",
    ]);
  });
});

describe("uninstalledImports", () => {
  it("names what a file imports and no install line has", () => {
    const program = 'import "node:fs";\nimport "@a/b/c";\nimport "d";\nimport "e";\n';
    const markdown = `\`\`\`sh\nnpm install @a/b d\n\`\`\`\n\`\`\`ts try.mts\n${program}\`\`\`\n`;
    expect(uninstalledImports("a.md", markdown)).toEqual([
      "a.md imports e and does not install it",
    ]);
    expect(uninstalledImports("a.md", markdown.replace(" try.mts", ""))).toEqual([]);
  });
});

describe("typeErrors", () => {
  it("finds none in the programs of the documents, and finds those of bad ones", () => {
    const examples = documents.map(({ file, text }) => programs(file, text));
    const bad = {
      "bad-import.ts": 'import { nothing } from "@agent-oauth/core";\nnothing();',
      "bad-type.ts": "const text: string = 1;",
    };
    expect(typeErrors(Object.assign({}, ...examples, bad))).toEqual([
      expect.stringMatching(/^bad-import\.ts\(1,10\): error TS2305: /),
      expect.stringMatching(/^bad-type\.ts\(1,7\): error TS2322: /),
    ]);
  });
});

describe("the documents", () => {
  it("have no block that the lowest Node cannot read", () => {
    expect(documents.flatMap(({ file, text }) => unreadableBlocks(file, text))).toEqual([]);
  });

  it("install what their files import", () => {
    expect(documents.flatMap(({ file, text }) => uninstalledImports(file, text))).toEqual([]);
  });

  const published = workspacePackages().filter(({ manifest }) => manifest.private !== true);

  it.each(published)(
    "of $shortName have a README to try out, which ends in what one sees",
    ({ folder }) => {
      const steps = documentSteps(documentBlocks(readText(`${folder}/README.md`)));
      expect(steps).toContainEqual(
        expect.objectContaining({ printed: expect.stringMatching(/\w/) }),
      );
    },
  );
});
