import { execFileSync } from "node:child_process";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readShellExports, shellExports } from "./shell-exports.ts";

/** Values that quoting goes wrong with. */
const VALUES = {
  PLAIN: "https://localhost:5443/{tenant}/oauth/token",
  QUOTES: `it's "here" and \`there\``,
  EXPANSIONS: "$HOME $(echo no) %PATH% ~ *",
  LINES: "one\ntwo\n",
  WINDOWS: "C:\\Users\\a b\\",
  EMPTY: "",
};

describe("shellExports", () => {
  it("is read by a shell as it was written", () => {
    const script = `${shellExports(VALUES)}for name in ${Object.keys(VALUES).join(" ")}
do eval "printf '%s\\0' \\"\\$$name\\""; done`;
    const printed = execFileSync("sh", ["-c", script], { encoding: "utf8" });
    expect(printed.split("\0").slice(0, -1)).toEqual(Object.values(VALUES));
  });
});

describe("readShellExports", () => {
  it("is the inverse of shellExports", () => {
    const values = fc.dictionary(fc.stringMatching(/^[A-Z_]{1,9}$/), fc.string());
    fc.assert(
      fc.property(values, (environment) => {
        expect(readShellExports(shellExports(environment))).toEqual({ ...environment });
      }),
    );
    expect(readShellExports(shellExports(VALUES))).toEqual(VALUES);
  });

  it("ignores what a user wrote in between", () => {
    expect(readShellExports("# mine\nexport A='b'\nexport C=d\necho\n")).toEqual({ A: "b" });
  });
});
