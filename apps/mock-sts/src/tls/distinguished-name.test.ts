import { describe, expect, it } from "vitest";
import { parseDistinguishedName, sameDistinguishedName } from "./distinguished-name.ts";

function same(a: string, b: string): boolean {
  return sameDistinguishedName(parseDistinguishedName(a), parseDistinguishedName(b));
}

describe("sameDistinguishedName (RFC 8705 §2.1.2; RFC 4514)", () => {
  it.each([
    ["spaces around separators", "CN=a,OU=b,O=c", " CN = a , OU=b,  O=c "],
    ["letter case of types and values", "CN=Agent,O=Acme", "cn=agent,o=ACME"],
    ["an OID for a short name", "CN=a", "2.5.4.3=a"],
    ["an escaped comma and its hexadecimal form", "CN=a\\, b", "CN=a\\2C b"],
    ["an escaped multi-byte character", "CN=Müller", "CN=M\\C3\\BCller"],
    ["escaped quotes, plus and backslash", 'CN=\\"a\\+b\\\\', "CN=\\22a\\2Bb\\5C"],
    ["the order within a multi-valued RDN", "CN=a+UID=1,O=c", "UID=1+CN=a,O=c"],
    ["repeated inner spaces", "CN=a  b", "CN=a b"],
  ])("[8705-4] does not mind %s", (_what, a, b) => {
    expect(same(a, b)).toBe(true);
  });

  it.each([
    ["the order of RDNs", "CN=a,OU=b", "OU=b,CN=a"],
    ["another value", "CN=a", "CN=b"],
    ["another type", "CN=a", "OU=a"],
    ["a missing RDN", "CN=a,O=c", "CN=a"],
    ["a comma that is part of the value", "CN=a\\,O=c", "CN=a,O=c"],
    ["a plus that is part of the value", "CN=a\\+O=c", "CN=a+O=c"],
    ["two RDNs instead of one with two values", "CN=a,UID=1", "CN=a+UID=1"],
  ])("[8705-4] minds %s", (_what, a, b) => {
    expect(same(a, b)).toBe(false);
  });
});

describe("parseDistinguishedName", () => {
  it.each(["", "CN", "=a", "XX=a", "CN=a,", "CN=a\\"])("refuses %j", (text) => {
    expect(() => parseDistinguishedName(text)).toThrow(TypeError);
  });

  it("keeps an escaped space at the end and drops the others", () => {
    expect(parseDistinguishedName("CN=  a\\   ")).toEqual([[{ type: "2.5.4.3", value: "a " }]]);
  });
});
