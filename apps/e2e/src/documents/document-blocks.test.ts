import { describe, expect, it } from "vitest";
import { documentBlocks, isProgram } from "./document-blocks.ts";

const markdown = `# a
\`\`\`sh background
npx server
\`\`\`

\`\`\`ts try.mts
import "x";

a\`\`\`b;
\`\`\`
\`\`\`text
\`\`\`
`;

describe("documentBlocks", () => {
  it("has every block with its language, what follows it, and its line", () => {
    expect(documentBlocks(markdown)).toEqual([
      { language: "sh", label: "background", text: "npx server\n", line: 2 },
      { language: "ts", label: "try.mts", text: 'import "x";\n\na```b;\n', line: 6 },
      { language: "text", label: undefined, text: "", line: 11 },
    ]);
  });
});

describe("isProgram", () => {
  it("is TypeScript with an import", () => {
    const block = { language: "ts", label: undefined, line: 1 };
    expect(isProgram({ ...block, text: 'a();\nimport b from "b";\n' })).toBe(true);
    expect(isProgram({ ...block, text: 'a("import");\nimportant();\n' })).toBe(false);
    expect(isProgram({ ...block, language: "js", text: 'import "b";\n' })).toBe(false);
  });
});
