import { execFileSync } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseEnv } from "node:util";
import fc from "fast-check";
import { describe, expect, it, onTestFinished } from "vitest";
import { formatEnvironment } from "./environment-format.ts";

/** Text of the characters that the forms give a meaning, and of some others. */
const text = fc.string({
  unit: fc.oneof(
    fc.constantFrom(..."'\"`\\$#= \t\n\r{}%!;&|<>(),", "\u2018", "\u2019", "\u201a", "\u201b"),
    fc.string({ minLength: 1, maxLength: 1, unit: "grapheme" }),
  ),
});

/** Reads what PowerShell's tokenizer takes for a text in single quotes; refuses all else. */
function readPowershell(line: string): [name: string, value: string] {
  const [, name = "", body] = /^\$env:(\w+) = ['](.*)[']\n$/s.exec(line) ?? [];
  let value = "";
  for (let rest = body ?? "?"; rest !== ""; ) {
    const quotes = /^['\u2018-\u201b]{2}/.test(rest);
    if (!quotes && /^['\u2018-\u201b]/.test(rest)) throw new Error("The text ends too early");
    value += rest[0];
    rest = rest.slice(quotes ? 2 : 1);
  }
  return [name, value];
}

describe("formatEnvironment", () => {
  it("writes for PowerShell what its quoting rules read as the same text", () => {
    fc.assert(
      fc.property(text, (value) => {
        const line = formatEnvironment({ A: value }, "powershell");
        expect(readPowershell(line)).toEqual(["A", value]);
      }),
    );
    expect(formatEnvironment({ A: "it's", B: "\u2019$x`n" }, "powershell")).toBe(
      "$env:A = 'it''s'\n$env:B = '\u2019\u2019$x`n'\n",
    );
  });

  it("writes for a .env file what Node reads as the same text, or refuses", () => {
    fc.assert(
      fc.property(text, text, (first, second) => {
        let written: string;
        try {
          written = formatEnvironment({ A: first, B: second }, "dotenv");
        } catch (error) {
          const isHard = [first, second].some((value) => /\r|'.*["\\$].*|["\\$].*'/s.test(value));
          expect([isHard, String(error)]).toEqual([true, expect.stringContaining("Cannot print ")]);
          return;
        }
        expect(parseEnv(written)).toEqual({ A: first, B: second });
      }),
      { numRuns: 1_000 },
    );
  });

  it.each([
    [
      "https://localhost:5443/{tenant}/oauth/token",
      "A=https://localhost:5443/{tenant}/oauth/token",
    ],
    ["tickets,payroll", "A=tickets,payroll"],
    ["", "A=''"],
    ["a # b", "A='a # b'"],
    ['[{"ordId":"a"}]', `A='[{"ordId":"a"}]'`],
    ["it's here", `A="it's here"`],
    [`it's "here"`, `A=\`it's "here"\``],
    ["C:\\bindings\\new", "A='C:\\bindings\\new'"],
  ])("writes %j for a .env file as %s", (value, line) => {
    expect(formatEnvironment({ A: value }, "dotenv")).toBe(`${line}\n`);
  });

  it("names the variable that a .env file cannot hold, and not its value", () => {
    const write = () => formatEnvironment({ A: "b", HARD: "'sentinel\"`" }, "dotenv");
    expect(write).toThrow(/^Cannot print HARD for a \.env file: .*; use --print-env DIR$/);
    expect(write).not.toThrow("sentinel");
  });

  it("writes a file that node --env-file starts with", async () => {
    const folder = await mkdtemp(join(tmpdir(), "mock-sts-"));
    onTestFinished(() => rm(folder, { recursive: true }));
    const values = { MOCK_A: `it's "here"`, MOCK_B: "a b#c", MOCK_C: "\\n" };
    await writeFile(join(folder, ".env"), formatEnvironment(values, "dotenv"));
    const script =
      "const { MOCK_A, MOCK_B, MOCK_C } = process.env; console.log(JSON.stringify({ MOCK_A, MOCK_B, MOCK_C }))";
    const args = [`--env-file=${join(folder, ".env")}`, "-e", script];
    const printed = execFileSync(process.execPath, args, { encoding: "utf8", env: {} });
    expect(JSON.parse(printed)).toEqual(values);
  });
});
