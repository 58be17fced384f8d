import { describe, expect, it } from "vitest";
import { documentBlocks } from "./document-blocks.ts";
import { documentSteps } from "./document-steps.ts";

const fence = (info: string, text: string) => `\`\`\`${info}\n${text}\n\`\`\`\n\n`;
const stepsOf = (...blocks: string[]) => documentSteps(documentBlocks(blocks.join("")));
const file = fence("ts try.mts", "a;");

describe("documentSteps", () => {
  it("are commands, files and what runs beside them, in their order", () => {
    const steps = stepsOf(
      fence("sh", "npm i"),
      fence("sh background", "server"),
      file,
      fence("sh", "node try.mts"),
      fence("text", "done"),
    );
    expect(steps).toMatchObject([
      { kind: "command", text: "npm i\n", printed: undefined },
      { kind: "background", text: "server\n" },
      { kind: "file", name: "try.mts", text: "a;\n", line: 9 },
      { kind: "command", text: "node try.mts\n", printed: "done\n" },
    ]);
  });

  it("leave out what is for a clone, and what is not for a reader's folder", () => {
    const others = [fence("sh repository", "x"), fence("text", "x"), fence("ts", "x")];
    expect(stepsOf(file, ...others)).toHaveLength(1);
  });

  it("are none without a file", () => {
    expect(stepsOf(fence("sh", "npm i"), fence("ts", "a;"))).toEqual([]);
  });

  it("refuse a word behind sh that they do not know", () => {
    expect(() => stepsOf(file, fence("sh backgroud", "x"))).toThrow(/line 5: "backgroud"/);
  });
});
