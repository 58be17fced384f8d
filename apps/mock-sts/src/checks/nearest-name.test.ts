import { describe, expect, it } from "vitest";
import { didYouMean, nearestName } from "./nearest-name.ts";

const known = ["port", "gatewayPort", "tokenLifetimeMs", "client_secret_basic", "none"];

describe("nearestName", () => {
  it.each([
    ["prot", "port"],
    ["PORT", "port"],
    ["gateway-port", "gatewayPort"],
    ["tokenLifetime", "tokenLifetimeMs"],
    ["token_lifetime_ms", "tokenLifetimeMs"],
    ["client_secret_basci", "client_secret_basic"],
    ["basic", "client_secret_basic"],
    ["nonne", "none"],
  ])("finds for %s %s", (name, nearest) => {
    expect(nearestName(name, known)).toBe(nearest);
  });

  it.each(["", "x", "magic", "gatewayClient", "e"])("finds nothing for %j", (name) => {
    expect(nearestName(name, known)).toBeUndefined();
  });

  it("does not choose among several that a name is part of", () => {
    expect(nearestName("secret", ["client_secret_basic", "client_secret_post"])).toBeUndefined();
  });
});

describe("didYouMean", () => {
  it("asks, or says nothing", () => {
    expect(didYouMean("prot", known, "--")).toBe('; did you mean "--port"?');
    expect(didYouMean("magic", known)).toBe("");
    expect(didYouMean(5, known)).toBe("");
  });
});
