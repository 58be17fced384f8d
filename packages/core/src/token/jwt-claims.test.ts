import { unsignedJwt } from "@agent-oauth/test-support/unsigned-jwt";
import { describe, expect, it } from "vitest";
import { jwtAudience, jwtExpiresAt, jwtParties } from "./jwt-claims.ts";

describe("jwtExpiresAt", () => {
  it("reads exp in milliseconds", () => {
    expect(jwtExpiresAt(unsignedJwt({ exp: 1_700_000_000 }))).toBe(1_700_000_000_000);
    expect(jwtExpiresAt(unsignedJwt({ exp: 0 }))).toBe(0);
  });

  const unreadable = [
    "",
    "opaque",
    "a.b.c",
    "a.b.c.d.e",
    unsignedJwt({}),
    unsignedJwt({ exp: "1700000000" }),
    unsignedJwt({ exp: -1 }),
    unsignedJwt({ exp: 1e11 }),
    unsignedJwt([1]),
  ];
  for (const token of unreadable) {
    it(`reads nothing from ${JSON.stringify(token.slice(0, 60))}`, () => {
      expect(jwtExpiresAt(token)).toBeUndefined();
    });
  }
});

describe("jwtAudience", () => {
  it.each([
    [{ aud: "orders" }, ["orders"]],
    [{ aud: ["orders", "billing"] }, ["orders", "billing"]],
    [{ aud: ["orders", 7, null] }, ["orders"]],
    [{ aud: [] }, []],
    [{ aud: { a: 1 } }, []],
    [{}, []],
  ])("of %j is %j", (claims, audience) => {
    expect(jwtAudience(unsignedJwt(claims))).toEqual(audience);
  });

  it.each(["", "opaque", "a.b.c", "a.b.c.d.e", unsignedJwt([1])])("of %j is unknown", (token) => {
    expect(jwtAudience(token)).toBeUndefined();
  });
});

describe("jwtParties", () => {
  it.each([
    [{ sub: "alice" }, { subject: "alice" }],
    [
      { sub: "alice", act: { sub: "agent" } },
      { subject: "alice", actor: { subject: "agent" } },
    ],
    [
      { sub: "alice", act: { sub: "agent", act: { sub: "before" } } },
      { subject: "alice", actor: { subject: "agent" } },
    ],
    [{ act: { client_id: "agent" } }, { subject: undefined, actor: { subject: undefined } }],
    [
      { sub: 7, act: { sub: null } },
      { subject: undefined, actor: { subject: undefined } },
    ],
    [{ sub: "alice", act: "agent" }, { subject: "alice" }],
    [{ sub: "alice", act: null }, { subject: "alice" }],
  ])("of %j are %j", (claims, parties) => {
    expect(jwtParties(unsignedJwt(claims))).toStrictEqual(parties);
  });

  it.each(["", "opaque", "a.b.c", "a.b.c.d.e", unsignedJwt([1])])("of %j are unknown", (token) => {
    expect(jwtParties(token)).toBeUndefined();
  });
});
