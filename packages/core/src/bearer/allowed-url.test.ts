import { INSECURE_HOST_CASES } from "@agent-oauth/test-support/insecure-hosts";
import { describe, expect, it } from "vitest";
import { checkedInsecureHosts, checkUrl } from "./allowed-url.ts";

const judge = (url: string, ...hosts: string[]) => {
  const verdict = checkUrl(url, checkedInsecureHosts(hosts, "test"));
  return "url" in verdict ? "allowed" : verdict.kind;
};

describe("checkUrl", () => {
  it.each(INSECURE_HOST_CASES)("judges %s with %j: %s", (url, hosts, verdict) => {
    expect(judge(url, ...hosts)).toBe(verdict);
  });

  it("shows the host and nothing else", () => {
    const url = "http://a.example/sentinel?sentinel#sentinel";
    expect(checkUrl(url, [])).toMatchObject({
      violation: 'must be https, or "allowInsecureHosts" must name "a.example"',
    });
    expect(JSON.stringify(checkUrl("https://sentinel@a.example", []))).not.toContain("sentinel");
  });
});

describe("checkedInsecureHosts", () => {
  it.each([
    "a.example",
    [""],
    [" "],
    [7],
    ["http://a.example"],
    ["a.example/"],
    ["a.example/path"],
    ["user@a.example"],
    ["a.example?q"],
    ["a.example#f"],
    ["a b"],
    ["a.example:99999"],
    ["*"].map((host) => `${host}.example:x`),
  ])("refuses %j", (hosts) => {
    expect(() => checkedInsecureHosts(hosts, "test")).toThrow(
      /^Cannot test: "allowInsecureHosts" must /,
    );
  });

  it("takes none, and no list for none", () => {
    expect(checkedInsecureHosts(undefined, "test")).toEqual([]);
    expect(checkedInsecureHosts([], "test")).toEqual([]);
  });
});
