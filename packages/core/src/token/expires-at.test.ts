import { unsignedJwt } from "@agent-oauth/test-support/unsigned-jwt";
import { describe, expect, it, vi } from "vitest";
import { type LifetimeClaims, resolveExpiresAt } from "./expires-at.ts";

const SENT = 1_000_000;

function resolved(claims: LifetimeClaims) {
  const skipped: string[] = [];
  const at = resolveExpiresAt(claims, { sentAt: SENT, onSkipped: (field) => skipped.push(field) });
  return { at, skipped };
}

describe("resolveExpiresAt", () => {
  const jwt = (exp: unknown) => unsignedJwt({ exp });
  const usable: [string, LifetimeClaims, number | undefined][] = [
    ["expires_at as a decimal string", { expires_at: "1600" }, 1_600_000],
    ["expires_at as a number", { expires_at: 1600 }, 1_600_000],
    ["expires_at of zero", { expires_at: 0 }, 0],
    ["expires_at in the past", { expires_at: 999 }, 999_000],
    ["expires_at with a fraction", { expires_at: "1600.5" }, 1_600_500],
    ["expires_at as ISO 8601", { expires_at: "2026-01-01T00:00:00Z" }, Date.UTC(2026, 0, 1)],
    ["ISO 8601, milliseconds", { expires_at: "2026-01-01T00:00:00.250Z" }, 1_767_225_600_250],
    ["ISO 8601, offset", { expires_at: "2026-01-01T02:00:00+02:00" }, Date.UTC(2026, 0, 1)],
    ["ISO 8601, offset, no colon", { expires_at: "2026-01-01T02:00:00+0200" }, 1_767_225_600_000],
    ["ISO 8601, no offset: UTC", { expires_at: "2026-01-01T00:00:00" }, Date.UTC(2026, 0, 1)],
    ["ISO 8601, no seconds", { expires_at: "2026-01-01T00:00Z" }, Date.UTC(2026, 0, 1)],
    ["ISO 8601, no seconds, offset", { expires_at: "2026-01-01T02:00+02:00" }, 1_767_225_600_000],
    ["ISO 8601, neither", { expires_at: "2026-01-01T00:00" }, Date.UTC(2026, 0, 1)],
    ["ISO 8601 between spaces", { expires_at: " 2026-01-01T00:00:00Z\n" }, 1_767_225_600_000],
    [
      "ISO 8601, one digit of a second",
      { expires_at: "2026-01-01T00:00:00.5Z" },
      1_767_225_600_500,
    ],
    ["expires_in as a number", { expires_in: 120 }, SENT + 120_000],
    ["expires_in as a decimal string", { expires_in: " 120 " }, SENT + 120_000],
    ["exp of the access token", { access_token: jwt(1500) }, 1_500_000],
    ["exp of the id token", { access_token: "opaque", id_token: jwt(1400) }, 1_400_000],
    ["nothing", {}, undefined],
    ["an opaque token", { access_token: "opaque" }, undefined],
    ["a JWT without exp", { access_token: unsignedJwt({}) }, undefined],
    ["absent claims", { expires_at: null, expires_in: undefined, id_token: "" }, undefined],
    ["empty strings", { expires_at: "", expires_in: "" }, undefined],
  ];
  for (const [name, claims, at] of usable) {
    it(`reads ${name}`, () => expect(resolved(claims)).toEqual({ at, skipped: [] }));
  }

  it("takes an instant without an offset for UTC wherever the machine is", () => {
    vi.stubEnv("TZ", "America/New_York");
    expect(new Date(0).getTimezoneOffset()).not.toBe(0);
    expect(resolved({ expires_at: "2026-01-01T00:00:00" }).at).toBe(Date.UTC(2026, 0, 1));
    vi.unstubAllEnvs();
  });

  it("takes the earliest of what is said of the access token, and the id token's exp only without it", () => {
    const later = {
      expires_at: SENT / 1000 + 100,
      expires_in: 100,
      access_token: jwt(SENT / 1000 + 100),
    };
    const at = SENT + 100_000;
    expect(resolved(later).at).toBe(at);
    expect(resolved({ ...later, expires_at: SENT / 1000 + 60 }).at).toBe(at - 40_000);
    expect(resolved({ ...later, expires_in: 60 }).at).toBe(at - 40_000);
    expect(resolved({ ...later, access_token: jwt(SENT / 1000 + 60) }).at).toBe(at - 40_000);
    expect(resolved({ ...later, id_token: jwt(4) }).at).toBe(at);
    expect(resolved({ id_token: jwt(4) }).at).toBe(4_000);
  });

  it("skips an expires_in of zero: nothing lasts no time", () => {
    expect(resolved({ expires_in: 0 })).toEqual({ at: undefined, skipped: ["expires_in"] });
    expect(resolved({ expires_in: "0", access_token: jwt(1500) }).at).toBe(1_500_000);
  });

  const unusable: unknown[] = [
    Number.NaN,
    Number.POSITIVE_INFINITY,
    Number.NEGATIVE_INFINITY,
    -1,
    "-1",
    true,
    false,
    "true",
    {},
    [60],
    60n,
    "1e3",
    "0x10",
    "12abc",
    "abc",
    " ",
    1e11,
    1_767_225_600_000,
    "1767225600000",
  ];
  for (const value of unusable) {
    const shown = typeof value === "bigint" ? "60n" : (JSON.stringify(value) ?? String(value));
    it(`skips ${typeof value === "number" ? value : shown} and says so`, () => {
      const claims = { expires_at: value, expires_in: value, access_token: jwt(1500) };
      expect(resolved(claims)).toEqual({ at: 1_500_000, skipped: ["expires_at", "expires_in"] });
    });
  }

  for (const exp of [-1, true, {}, "soon", 1_767_225_600_000]) {
    it(`skips an exp of ${JSON.stringify(exp)} and says so`, () => {
      expect(resolved({ access_token: jwt(exp), id_token: jwt(exp) })).toEqual({
        at: undefined,
        skipped: ["exp", "id_token.exp"],
      });
    });
  }

  for (const instant of [
    "2026-13-01T00:00:00Z",
    "2026-01-01T25:00:00Z",
    "1960-01-01T00:00:00Z",
    "2026-01-01",
    "2026-01-01 00:00:00Z",
    "2026-01-01T00:00:00. Z",
    "2026-01-01T00:00:00+2:00",
    "on 2026-01-01T00:00:00Z",
    "2026-01-01T00:00:00Z or so",
    "02026-01-01T00:00:00Z",
  ]) {
    it(`skips the instant ${instant}`, () => {
      expect(resolved({ expires_at: instant })).toEqual({ at: undefined, skipped: ["expires_at"] });
    });
  }

  it("takes the last plausible lifetime, not the next", () => {
    expect(resolved({ expires_in: 1e9 - 1 }).at).toBe(SENT + (1e9 - 1) * 1_000);
    expect(resolved({ expires_in: 1e9 })).toEqual({ at: undefined, skipped: ["expires_in"] });
    expect(resolved({ expires_in: "1767225600" }).at).toBeUndefined();
  });

  it("takes the last plausible second, not the next", () => {
    expect(resolved({ expires_at: 1e11 - 1 }).at).toBe((1e11 - 1) * 1_000);
    expect(resolved({ expires_at: 1e11 }).at).toBeUndefined();
  });

  it("needs nobody to listen", () => {
    expect(resolveExpiresAt({ expires_in: -1 }, { sentAt: SENT })).toBeUndefined();
  });
});
