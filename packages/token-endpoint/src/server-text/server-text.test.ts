import { describe, expect, it } from "vitest";
import { quoteServerText } from "./server-text.ts";

const SECRET = "pä55-word+0123456789abcdefghij";

describe("quoteServerText", () => {
  it("encodes the text as JSON and cuts its middle at 500 characters", () => {
    expect(quoteServerText('a "b"\n\u001b[31m', [])).toBe('"a \\"b\\"\\n\\u001b[31m"');
    expect(quoteServerText("a\u009b\u202e\u2028ü", [])).toBe('"a\\u{9b}\\u{202e}\\u{2028}ü"');
    expect(quoteServerText("x".repeat(500), [])).toBe(`"${"x".repeat(500)}"`);
    const long = quoteServerText(`begin${"x".repeat(1_000_000)}end`, []);
    expect(long).toMatch(/^"beginx+ \[…\] x+end"$/);
    expect(long).toHaveLength(502);
  });

  it.each(["", "  "])("shows nothing of %j", (text) => {
    expect(quoteServerText(text, [])).toBeUndefined();
  });

  it.each([
    ["the secret", `no: ${SECRET}!`],
    ["its beginning", `no: ${SECRET.slice(0, 16)}…`],
    ["its end", `…${SECRET.slice(-16)}`],
    ["its encoded form", `no: ${encodeURIComponent(SECRET)}`],
    ["a short secret", "hunter2 is wrong"],
    ["a JWT, whoever's it is", "bad eyJhbGciOiJFUzI1NiJ9.eyJzdWIi"],
    ["a JWT in pieces", "bad eyJhbG\nciOiJF UzI1NiJ9"],
    ["the secret behind what is shown", `${" ".repeat(199)}no: ${SECRET}`],
    ["the secret at the end of a long text", `${"word ".repeat(2_000)}${SECRET}`],
    [
      "the secret before the end that is shown",
      `${"word ".repeat(2_000)}${SECRET}${" ".repeat(300)}`,
    ],
    ["the secret behind the beginning", `${"word ".repeat(60)}${SECRET}${" word".repeat(2_000)}`],
    ["a JWT at the end of a long text", `${"word ".repeat(2_000)}eyJhbGciOiJFUzI1NiJ9.e30.`],
    ["a JWT that is cut in its header", `${" ".repeat(180)}eyJhbGciOiJFUzI1NiIsIng1YyI6W10.e30.`],
  ])("shows no text that holds %s", (_, text) => {
    expect(quoteServerText(text, [SECRET, "hunter2"])).toBeUndefined();
  });

  it("tells apart four causes behind the same boilerplate", () => {
    const boilerplate = "The provided authorization grant is invalid, expired or revoked. ".repeat(
      10,
    );
    const causes = ["expired", "revoked", "used already", "for another client"];
    const quoted = causes.map((cause) => quoteServerText(`${boilerplate}It is ${cause}.`, []));
    expect(new Set(quoted).size).toBe(4);
    for (const [i, cause] of causes.entries()) expect(quoted[i]).toContain(`It is ${cause}.`);
  });

  it("takes half a surrogate pair, in the text and in a secret", () => {
    expect(quoteServerText("a\ud800", ["\ud800"])).toBeUndefined();
    expect(quoteServerText("a\ud800", ["b\ud800"])).toBe('"a\\ud800"');
  });

  it("shows a text that shares only a word with a secret", () => {
    expect(quoteServerText("the word 012", [SECRET, ""])).toBe('"the word 012"');
    expect(quoteServerText("the word 0123", [SECRET, ""])).toBeUndefined();
  });
});
