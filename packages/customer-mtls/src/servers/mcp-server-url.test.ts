import { describe, expect, it } from "vitest";
import { agentUrl, mcpServerUrl } from "./mcp-server-url.ts";
import { pathSegmentViolation } from "./path-segment.ts";

const dependency = { ordId: "sap.s4:apiResource:orders:v1", globalTenantId: "42" };

describe("mcpServerUrl", () => {
  it.each([
    ["https://agw.example", "https://agw.example/v1/mcp/sap.s4:apiResource:orders:v1/42"],
    ["https://agw.example/base", "https://agw.example/base/v1/mcp/sap.s4:apiResource:orders:v1/42"],
    ["https://agw.example/v1/mcp", "https://agw.example/v1/mcp/sap.s4:apiResource:orders:v1/42"],
    // Only the end of the path counts, neither its middle nor the host.
    [
      "https://agw.example/v1/mcp/x",
      "https://agw.example/v1/mcp/x/v1/mcp/sap.s4:apiResource:orders:v1/42",
    ],
    ["https://v1/mcp", "https://v1/mcp/v1/mcp/sap.s4:apiResource:orders:v1/42"],
  ])("builds on %s", (gatewayUrl, url) => {
    expect(mcpServerUrl(gatewayUrl, dependency)).toBe(url);
  });

  it("encodes what is not allowed in a path segment, so that the id can be read back", () => {
    const ordId = 'a b%2Fc:d"<>|ü€';
    const url = new URL(mcpServerUrl("https://agw.example", { ...dependency, ordId }));
    expect(url.pathname).toBe("/v1/mcp/a%20b%252Fc:d%22%3C%3E%7C%C3%BC%E2%82%AC/42");
    expect(decodeURIComponent(url.pathname.split("/")[3] ?? "")).toBe(ordId);
  });
});

describe("agentUrl", () => {
  it.each([
    ["https://agw.example", "https://agw.example/v1/a2a/sap.s4:apiResource:orders:v1/42"],
    [
      "https://agw.example/b/v1/mcp",
      "https://agw.example/b/v1/a2a/sap.s4:apiResource:orders:v1/42",
    ],
  ])("builds on %s", (gatewayUrl, url) => {
    expect(agentUrl(gatewayUrl, dependency)).toBe(url);
  });
});

describe("pathSegmentViolation", () => {
  it.each(["a/b", "..\\b", "a?b", "a#b", ".", "..", "a\nb", "a\u0000", "\u2028", "\uD800"])(
    "refuses %j",
    (text) => {
      expect(pathSegmentViolation(text)).toEqual(expect.any(String));
    },
  );

  it.each([dependency.ordId, "...", "%2e%2e", "ü", "😀"])("accepts %j", (text) => {
    expect(pathSegmentViolation(text)).toBeUndefined();
  });
});
