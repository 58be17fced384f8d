import { describe, expect, it } from "vitest";
import { programs } from "../documents/markdown-blocks.ts";
import { typeErrors } from "./readme-examples.ts";
import { readText, repositoryFiles } from "./repository.ts";
import { workspacePackages } from "./workspace-packages.ts";

describe("typeErrors", () => {
  const published = workspacePackages().filter(({ manifest }) => manifest.private !== true);
  const readmes = published.map(({ folder }) => `${folder}/README.md`);
  const documents = repositoryFiles().filter((file) =>
    /^(?:docs|apps\/mock-sts\/docs)\/.*\.md$/.test(file),
  );

  it("finds none in the programs of the READMEs and documents, and finds those of bad ones", () => {
    const examples = ["README.md", ...readmes, ...documents].flatMap((file) =>
      programs(readText(file)).map((text, index) => {
        const name = file.replace(/\.md$/, "").replaceAll(/\W/g, "-");
        return [`${name}-${index}.ts`, text] as const;
      }),
    );
    for (const readme of readmes) expect(programs(readText(readme))).not.toHaveLength(0);
    const bad = {
      "bad-import.ts": 'import { nothing } from "@agent-oauth/core";\nnothing();',
      "bad-type.ts": "const text: string = 1;",
    };
    const errors = typeErrors({ ...Object.fromEntries(examples), ...bad });
    expect(errors).toEqual([
      expect.stringMatching(/^bad-import\.ts\(1,10\): error TS2305: /),
      expect.stringMatching(/^bad-type\.ts\(1,7\): error TS2322: /),
    ]);
  });
});
