import { INSECURE_HOST_CASES } from "@agent-oauth/test-support/insecure-hosts";
import { describe, expect, it } from "vitest";
import { checkValue } from "./check-value.ts";
import { checkedText, identifierViolation, urlRule } from "./text-rules.ts";

describe("checkedText", () => {
  const schema = checkedText((text) => (text === "bad" ? "is bad" : undefined));

  it("takes what keeps to the rule", () => {
    expect(schema.parse(" good ")).toBe(" good ");
  });

  it.each([
    [undefined, "it is missing"],
    [null, "it must be a string, not null"],
    [["a"], "it must be a string, not a list"],
    [1, "it must be a string, not a number"],
    [" \n", "it is blank"],
    ["bad", "it is bad"],
  ])("says what is wrong with %j", (value, violation) => {
    expect(checkValue(schema, value, { whole: "it" })).toEqual({ violations: violation });
  });
});

describe("identifierViolation", () => {
  it("refuses what could end a line", () => {
    for (const text of ["a\nb", "a\u0000", "a\u2028"])
      expect(identifierViolation(text)).toBeDefined();
    expect(identifierViolation("sb-1!b2|x ü")).toBeUndefined();
  });
});

describe("urlRule", () => {
  const rule = urlRule({ allowInsecureHosts: ["localhost:8080", "sidecar"], query: false });

  it.each([
    "https://a.example",
    "HTTPS://a.example/b",
    "http://localhost:8080",
    "http://sidecar:1",
  ])("takes %s", (url) => {
    expect(rule(url)).toBeUndefined();
  });

  it.each([
    ["http://localhost", 'must be https:, unless "allowInsecureHosts" names its host'],
    ["http://a.example", "must be https:"],
    ["ftp://a.example", "must be an absolute https: URL"],
    ["a.example", "must be an absolute https: URL"],
    ["https://a b", "contains white space"],
    ["https:\\\\a.example", "contains white space, a backslash"],
    ["https://u@a.example", "must not hold a user name"],
    ["https://a.example/#", "must not have a fragment"],
    ["https://a.example/?", "must not have a query"],
  ])("refuses %s", (url, violation) => {
    expect(rule(url)).toContain(violation);
  });

  it.each(INSECURE_HOST_CASES)("judges %s with %j: %s", (url, allowInsecureHosts, verdict) => {
    const violation = checkedText(urlRule({ allowInsecureHosts, query: false })).safeParse(
      url,
    ).error;
    expect(violation === undefined).toBe(verdict === "allowed");
  });

  it("takes a query where one may be", () => {
    expect(urlRule({ allowInsecureHosts: [], query: true })("https://a.example?b")).toBeUndefined();
  });
});
