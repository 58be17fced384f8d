import { describe, expect, it } from "vitest";
import { documentBlocks } from "../documents/document-blocks.ts";
import { documentSteps } from "../documents/document-steps.ts";
import { readText, repositoryFiles } from "../walls/repository.ts";
import { runPage } from "./page-run.ts";

const pages = repositoryFiles().filter((file) => /^docs\/.*\.md$/.test(file));
const runnable = pages.filter((file) => documentSteps(documentBlocks(readText(file))).length > 0);

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
