import { describe, expect, it } from "vitest";
import { digest, fingerprint } from "./digest.ts";

// The second vector of RFC 6234 §8.5 for SHA-256 ("abc").
const ABC = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

describe("digest", () => {
  it("is the full SHA-256, one character for each byte", () => {
    expect(digest("abc")).toHaveLength(32);
    expect(Buffer.from(digest("abc"), "latin1").toString("hex")).toBe(ABC);
  });

  it("tells apart texts that differ beyond ASCII", () => {
    expect(digest("é")).not.toBe(digest("è"));
    expect(digest("")).toHaveLength(32);
  });

  it("tells apart texts that were cut within a surrogate pair", () => {
    const texts = ["a\ud83c", "a\ud83d", "a\udf00", "a\ufffd", "a\ud83c\udf00"];
    expect(new Set(texts.map(digest)).size).toBe(texts.length);
  });
});

describe("fingerprint", () => {
  it("is the beginning of the SHA-256, in hexadecimal", () => {
    expect(fingerprint("abc")).toBe(ABC.slice(0, 12));
  });
});
