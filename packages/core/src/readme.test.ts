import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";

const readme = readFileSync(join(import.meta.dirname, "../README.md"), "utf8");

it("README: the table of errors has every code", () => {
  const source = readFileSync(join(import.meta.dirname, "errors/token-error.ts"), "utf8");
  const codes = (of: string) => [...new Set(of.match(/ERR_TOKEN_[A-Z_]+/g))].sort();
  const [, table = ""] = /## Errors(.*?)## /s.exec(readme) ?? [];
  expect(codes(table)).toEqual(codes(source));
});
