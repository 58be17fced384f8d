import { describe, expect, it } from "vitest";
import { readText, repositoryFiles } from "../walls/repository.ts";
import { markdownBlocks, programs } from "./markdown-blocks.ts";
import { runPage } from "./page-run.ts";

const pages = repositoryFiles().filter((file) => /^docs\/.*\.md$/.test(file));
const runnable = pages.filter((file) =>
  markdownBlocks(readText(file)).some(({ language, info }) => language === "ts" && info !== ""),
);

describe("markdownBlocks", () => {
  it("reads what stands behind the language", () => {
    const markdown = "# a\n```ts a.ts\nconst a = 1;\n\na;\n```\ntext\n```sh\nnode a.ts\n```\n";
    expect(markdownBlocks(markdown)).toEqual([
      { language: "ts", info: "a.ts", text: "const a = 1;\n\na;\n" },
      { language: "sh", info: "", text: "node a.ts\n" },
    ]);
  });
});

describe("programs", () => {
  it("are the blocks that import something", () => {
    const markdown =
      '```ts\nconst part = 1;\n```\n```ts x.ts\nimport "a";\n```\n```js\nimport "b";\n```\n';
    expect(programs(markdown)).toEqual(['import "a";\n']);
  });
});

describe("runPage", () => {
  const page = (code: string, printed: string) =>
    `\`\`\`ts a.ts\n${code}\n\`\`\`\n\`\`\`sh\nnode a.ts\n\`\`\`\n\`\`\`text\n${printed}\n\`\`\`\n`;

  it("compares what is printed", async () => {
    await runPage("self-test", page('console.log("took 5 ms (all)");', "took … ms (all)"));
    const wrong = runPage("self-test", page('console.log("three");', "two"));
    await expect(wrong).rejects.toThrow("what was printed:\nthree");
  });

  it("fails if a program fails, or if it does not know a command", async () => {
    await expect(runPage("self-test", page("throw new Error();", ""))).rejects.toThrow(
      "exit code 1",
    );
    await expect(runPage("self-test", "```sh\nsudo run\n```\n")).rejects.toThrow("sudo run");
  });
});

describe("the pages of the documentation", () => {
  it("that can be run are there", () => {
    expect(runnable.length).toBeGreaterThan(4);
  });

  it.each(runnable)("%s does what it says", async (file) => {
    await runPage(file.replaceAll(/\W/g, "-"), readText(file));
  });
});
