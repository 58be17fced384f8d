import { describe, expect, it } from "vitest";
import { checkedInsecureHosts, judgeUrl } from "./allowed-url.ts";

const judge = (url: string, ...hosts: string[]) => {
  const verdict = judgeUrl(url, checkedInsecureHosts(hosts, "test"));
  return "url" in verdict ? "allowed" : verdict.kind;
};

describe("judgeUrl", () => {
  it.each([
    ["https://a.example", [], "allowed"],
    ["https://a.example:8443/x", [], "allowed"],
    ["http://a.example", [], "insecure"],
    ["http://127.0.0.1:8080", [], "insecure"],
    ["http://localhost", [], "insecure"],
    ["http://a.example", ["a.example"], "allowed"],
    ["http://a.example:8080", ["a.example"], "allowed"],
    ["http://a.example:8080", ["a.example:8080"], "allowed"],
    ["http://a.example:8081", ["a.example:8080"], "insecure"],
    ["http://a.example", ["a.example:80"], "allowed"],
    ["http://a.example:80", ["a.example:80"], "allowed"],
    ["http://a.example:8080", ["a.example:80"], "insecure"],
    ["http://A.Example", ["a.EXAMPLE"], "allowed"],
    ["http://127.0.0.1", ["127.0.0.1:80"], "allowed"],
    ["http://[::1]:8080", ["[::1]"], "allowed"],
    ["http://[::1]:8080", ["[::1]:8080"], "allowed"],
    ["http://[::1]:8081", ["[::1]:8080"], "insecure"],
    ["http://b.a.example", ["a.example"], "insecure"],
    ["http://a.example.evil", ["a.example"], "insecure"],
    ["ftp://a.example", ["a.example"], "insecure"],
    ["ws://a.example", ["a.example"], "insecure"],
    ["https://user@a.example", [], "credentials"],
    ["https://:secret@a.example", [], "credentials"],
    ["http://user:secret@a.example", ["a.example"], "credentials"],
    ["a.example", [], "invalid"],
    ["/path", [], "invalid"],
    ["", [], "invalid"],
  ])("judges %s with %j: %s", (url, hosts, verdict) => {
    expect(judge(url, ...hosts)).toBe(verdict);
  });

  it("shows the host and nothing else", () => {
    const url = "http://a.example/sentinel?sentinel#sentinel";
    expect(judgeUrl(url, [])).toMatchObject({
      violation: 'must be https, or "allowInsecureHosts" must name "a.example"',
    });
    expect(JSON.stringify(judgeUrl("https://sentinel@a.example", []))).not.toContain("sentinel");
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
