import { describe, expect, it } from "vitest";
import { holdsSecret } from "./secret-traces.ts";

const SECRET = "Zx9/qW+Ab-3kLm_Pö7vT.sentinel";
const base64 = (text: string) => Buffer.from(text).toString("base64");
const wrapped = (text: string) => base64(text).replace(/.{9}/g, "$&\n");
const each = (text: string, spell: (code: string) => string) =>
  [...text].map((letter) => spell((letter.codePointAt(0) ?? 0).toString(16))).join("");
const bytes = (text: string, spell: (code: string) => string) =>
  [...Buffer.from(text)].map((byte) => spell(byte.toString(16).padStart(2, "0"))).join("");

describe("holdsSecret", () => {
  it.each([
    ["as it is", SECRET],
    ["in upper case", SECRET.toUpperCase()],
    ["in lower case", SECRET.toLowerCase()],
    ["with spaces between", [...SECRET].join(" ")],
    ["in wrapped lines", SECRET.replace(/.{7}/g, "$&\r\n")],
    ["in lines of HTML", SECRET.replace(/.{7}/g, "$&<br/>")],
    ["with soft hyphens", [...SECRET].join("\u00ad")],
    [
      "in full width",
      SECRET.replace(/[!-~]/g, (c) => String.fromCodePoint(c.charCodeAt(0) + 0xfee0)),
    ],
    ["in decimal entities", [...SECRET].map((c) => `&#${c.codePointAt(0)};`).join("")],
    ["in hexadecimal entities", each(SECRET, (code) => `&#X${code};`)],
    ["with named entities", SECRET.replace("/", "&sol;").replace("+", "&plus;")],
    ["in entities of entities", each(SECRET, (code) => `&amp;#x${code};`)],
    ["in JSON escapes", each(SECRET, (code) => `\\u${code.padStart(4, "0")}`)],
    ["in escapes of escapes", each(SECRET, (code) => `\\\\u${code.padStart(4, "0")}`)],
    ["in byte escapes", bytes(SECRET, (code) => `\\x${code}`)],
    ["percent-encoded", encodeURIComponent(SECRET)],
    ["percent-encoded whole", bytes(SECRET, (code) => `%${code}`)],
    ["percent-encoded twice", encodeURIComponent(bytes(SECRET, (code) => `%${code}`))],
    ["garbled beyond ASCII", Buffer.from(SECRET, "utf8").toString("latin1")],
    ["quoted-printable", bytes(SECRET, (code) => `=${code.toUpperCase()}`)],
    ["in base64", base64(SECRET)],
    ["in base64url", Buffer.from(SECRET).toString("base64url")],
    ["in wrapped base64", base64(SECRET).replace(/.{7}/g, "$&\n")],
    ["in base64 whose case is lost", base64(SECRET).toLowerCase()],
    ["in base64 of more", `Basic ${base64(`my-agent:${SECRET}`)}`],
    ["in base64 of upper case", base64(SECRET.toUpperCase())],
    ["in base64 of base64", base64(base64(SECRET))],
    ["in base64 of base64 of upper case", wrapped(wrapped(SECRET.toUpperCase()))],
    ["in escaped base64", encodeURIComponent(`${base64(SECRET)}==`)],
    ["in hexadecimal", Buffer.from(SECRET).toString("hex")],
    ["in hexadecimal with marks", bytes(SECRET, (code) => `0x${code}, `)],
    ["in part: eight letters", "Zx9qWAb3"],
    ["in part, in base64", base64(SECRET.slice(3, 20))],
  ])("finds it %s", (_, spelt) => {
    expect(holdsSecret(`The value ${spelt} is wrong`, ["other", SECRET])).toBe(true);
    expect(holdsSecret(`The value ${spelt} is wrong`, ["other", ""])).toBe(false);
  });

  it.each([
    ["pw", "the p-w is wrong", true],
    ["pw", "the word is wrong", false],
    ["hunter2", `the ${base64("hunter2")} is wrong`, true],
    ["hunter2", "the hunter is wrong", false],
    ["+++", "the +++ is wrong", true],
    ["!#$%^&*()-+=[]{}|;:,./?", "wrong secret !#$%^&*()-+=[]{}|;:,./?", true],
    ["d=x&<9>Zq7-~!_:+*[Ab]/.{c}", "wrong part 9>Zq7-~!_:+*[Ab", true],
    ["+++", "the ++ is wrong", false],
    ["пароль", "bad ПАРОЛЬ", true],
    ["пароль-7", "version 7", false],
    [SECRET, "The client Zx9qWAb is wrong", false],
    [
      SECRET,
      "AADSTS700016: Application with identifier 'agent' was not found in the directory",
      false,
    ],
  ])("judges %j in %j: %s", (secret, text, holds) => {
    expect(holdsSecret(text, [secret])).toBe(holds);
  });

  it("takes a text of too many layers for one that hides something", () => {
    let text = "%41&#66;\\u0043=44";
    for (let layer = 0; layer < 4; layer++) {
      text = `${text} ${encodeURIComponent(text)}`
        .replaceAll("&", "&amp;")
        .replaceAll("\\", "\\\\");
    }
    expect(holdsSecret(text.slice(0, 1_000), [SECRET])).toBe(true);
  });

  it("reads a long secret, as tokens are", () => {
    const token = `eyJ${"q".repeat(60_000)}Zx9qWAb3`;
    expect(holdsSecret(`bad ${base64(token.slice(-9))}`, [token])).toBe(true);
    expect(holdsSecret("it has expired", [token])).toBe(false);
  });
});
