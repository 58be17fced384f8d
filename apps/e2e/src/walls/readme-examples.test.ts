import { describe, expect, it } from "vitest";
import { allExamples, firstExample, typeErrors } from "./readme-examples.ts";
import { readText } from "./repository.ts";
import { workspacePackages } from "./workspace-packages.ts";

describe("firstExample", () => {
  it("is the first block of TypeScript, whole", () => {
    const markdown = "# a\n```sh\nnpm i\n```\n```ts\nconst a = 1;\n\na;\n```\n```ts\nb;\n```\n";
    expect(firstExample(markdown)).toBe("const a = 1;\n\na;\n");
  });

  it("is undefined where there is none", () => {
    expect(firstExample("# a\n```sh\nnpm i\n```\n")).toBeUndefined();
  });
});

describe("allExamples", () => {
  it("is every block of TypeScript, whole", () => {
    expect(allExamples("```ts\na;\n```\n```sh\nnpm i\n```\n```ts\nb;\n\nc;\n```\n")).toEqual([
      "a;\n",
      "b;\n\nc;\n",
    ]);
  });
});

describe("typeErrors", () => {
  const published = workspacePackages().filter(({ manifest }) => manifest.private !== true);

  it("finds none in the examples of the READMEs and recipes, and finds those of bad ones", () => {
    const examples = published.map(({ shortName, folder }) => {
      const text = firstExample(readText(`${folder}/README.md`));
      return [`${shortName}.ts`, text ?? `The README of ${shortName} has no example`];
    });
    // A document whose blocks are whole programs.
    const recipes = allExamples(readText("docs/incoming-requests.md")).map((text, index) => [
      `incoming-requests-${index}.ts`,
      text,
    ]);
    expect(recipes).toHaveLength(6);
    const bad = {
      "bad-import.ts": 'import { nothing } from "@agent-oauth/core";\nnothing();',
      "bad-type.ts": "const text: string = 1;",
    };
    const errors = typeErrors({ ...Object.fromEntries([...examples, ...recipes]), ...bad });
    expect(errors).toEqual([
      expect.stringMatching(/^bad-import\.ts\(1,10\): error TS2305: /),
      expect.stringMatching(/^bad-type\.ts\(1,7\): error TS2322: /),
    ]);
  });
});
