import { unsignedJwt } from "@agent-oauth/test-support/unsigned-jwt";
import { describe, expect, it } from "vitest";
import { createAccessToken } from "../token/access-token.ts";
import { resolveExpiresAt } from "../token/expires-at.ts";
import { type CachingTokenSourceOptions, cacheSettings } from "./cache-options.ts";
import { type TokenDeadlinesContext, tokenDeadlines } from "./deadlines.ts";

const SENT = 500;
const SENT_MS = Date.UTC(2026, 0, 1);

interface Asked extends CachingTokenSourceOptions {
  readonly expiresAt?: number | undefined;
  readonly token?: string;
  readonly subjectExpiresAt?: number;
}

/** Deadlines as milliseconds from sending. */
function deadlines({ expiresAt, token = "opaque", subjectExpiresAt, ...options }: Asked) {
  const told: unknown[] = [];
  const context: TokenDeadlinesContext = {
    sentAt: SENT,
    sentAtMs: SENT_MS,
    subjectExpiresAt,
    settings: cacheSettings({ random: () => 0.5, ...options }),
    onSkipped: (field) => told.push(field),
    onCut: (lifetimeMs) => told.push(lifetimeMs),
  };
  const { sentAt, soft, hard, end } = tokenDeadlines(
    createAccessToken({ token, expiresAt }),
    context,
  );
  expect(sentAt).toBe(SENT);
  return { soft: soft - SENT, hard: hard - SENT, end: end - SENT, told };
}

describe("tokenDeadlines", () => {
  const buffers: [lifetimeMs: number, hard: number][] = [
    [3_600_000, 3_570_000],
    [300_001, 270_001],
    [300_000, 270_000],
    [299_990, 269_991],
    [120_000, 108_000],
    [20_000, 18_000],
    [10, 9],
    [1, 0],
    [0, 0],
  ];
  for (const [lifetimeMs, hard] of buffers) {
    it(`takes 30 s or a tenth off a lifetime of ${lifetimeMs} ms`, () => {
      const found = deadlines({ expiresAt: SENT_MS + lifetimeMs });
      expect(found).toMatchObject({ hard, end: lifetimeMs, told: [] });
    });
  }

  it("takes the buffer that was set, at most a tenth", () => {
    const expiresAt = SENT_MS + 120_000;
    expect(deadlines({ expiresAt, expiryBufferMs: 5_000 }).hard).toBe(115_000);
    expect(deadlines({ expiresAt, expiryBufferMs: 0 }).hard).toBe(120_000);
    expect(deadlines({ expiresAt, expiryBufferMs: 60_000 }).hard).toBe(108_000);
  });

  const jitters: [random: number, soft: number][] = [
    [0, 750_000],
    [0.5, 800_000],
    [0.999, 849_900],
  ];
  for (const [random, soft] of jitters) {
    it(`puts the soft deadline at ${soft} of 1 000 000 where random is ${random}`, () => {
      const found = deadlines({
        expiresAt: SENT_MS + 1_000_000,
        expiryBufferMs: 0,
        random: () => random,
      });
      expect(found).toMatchObject({ soft, hard: 1_000_000 });
    });
  }

  it("draws the jitter once per token", () => {
    let drawn = 0;
    deadlines({ expiresAt: SENT_MS + 60_000, random: () => drawn++ / 10 });
    expect(drawn).toBe(1);
  });

  it("falls back without a buffer where nobody says when the token ends", () => {
    expect(deadlines({})).toMatchObject({ hard: 300_000, end: 300_000, soft: 240_000, told: [] });
    expect(deadlines({ fallbackLifetimeMs: 180_000 }).hard).toBe(180_000);
  });

  it("reads the exp of a token that does not say otherwise", () => {
    const token = unsignedJwt({ exp: SENT_MS / 1000 + 500 });
    expect(deadlines({ token }).hard).toBe(470_000);
    expect(deadlines({ token, expiresAt: SENT_MS + 400_000 }).hard).toBe(370_000);
  });

  for (const expiresAt of [Number.NaN, Number.POSITIVE_INFINITY, -1, SENT_MS * 1_000]) {
    it(`skips an end of ${expiresAt}, and says so`, () => {
      expect(deadlines({ expiresAt })).toMatchObject({ hard: 300_000, told: ["expires_at"] });
      const token = unsignedJwt({ exp: SENT_MS / 1000 + 500 });
      expect(deadlines({ expiresAt, token }).hard).toBe(470_000);
    });
  }

  const cuts: [lifetimeMs: number, end: number, told: unknown[]][] = [
    [86_399_999, 86_399_999, []],
    [86_400_000, 86_400_000, []],
    [86_400_001, 86_400_000, [86_400_001]],
    [365 * 86_400_000, 86_400_000, [365 * 86_400_000]],
  ];
  for (const [lifetimeMs, end, told] of cuts) {
    it(`cuts a lifetime of ${lifetimeMs} ms to a day, if it is longer`, () => {
      const found = deadlines({ expiresAt: SENT_MS + lifetimeMs });
      expect(found).toMatchObject({ end, hard: end - 30_000, told });
    });
  }

  it("cuts to the longest lifetime that was set, the fallback too", () => {
    expect(deadlines({ expiresAt: SENT_MS + 60_001, maxLifetimeMs: 60_000 }).end).toBe(60_000);
    expect(deadlines({ maxLifetimeMs: 60_000 }).end).toBe(60_000);
  });

  it("keeps no token past the end of its subject", () => {
    const subjectExpiresAt = SENT_MS + 100_000;
    const expiresAt = SENT_MS + 3_600_000;
    expect(deadlines({ expiresAt, subjectExpiresAt })).toMatchObject({
      end: 100_000,
      hard: 90_000,
    });
    expect(deadlines({ subjectExpiresAt })).toMatchObject({ end: 100_000, hard: 100_000 });
  });

  it("does not let the end of the subject lengthen anything", () => {
    const subjectExpiresAt = SENT_MS + 3_600_000;
    expect(deadlines({ expiresAt: SENT_MS + 60_000, subjectExpiresAt }).end).toBe(60_000);
    expect(deadlines({ subjectExpiresAt }).end).toBe(300_000);
  });

  it("has ends in the past where the token or the subject is over", () => {
    expect(deadlines({ expiresAt: SENT_MS - 1 }).end).toBe(-1);
    expect(deadlines({ subjectExpiresAt: SENT_MS - 1 }).end).toBe(-1);
  });

  // Lifetimes that a client of the same gateway in another language is tested with, in seconds. Where its buffer is
  // more than a tenth of the lifetime, ours is a tenth.
  const vectors: [claims: object, now: number, buffer: number, lifetime: number][] = [
    [{ expires_at: "1600" }, 1000, 30, 570],
    [{ expires_in: 120 }, 1000, 15, 108],
    [{ access_token: unsignedJwt({ exp: 1500 }) }, 1000, 30, 470],
    [{ access_token: "opaque", id_token: unsignedJwt({ exp: 1400 }) }, 1000, 30, 370],
    [{ id_token: unsignedJwt({ exp: 1020 }) }, 1000, 30, 18],
    [{ access_token: unsignedJwt({ exp: 2000 }) }, 1250, 20, 730],
  ];
  for (const [claims, now, buffer, lifetime] of vectors) {
    it(`keeps ${JSON.stringify(claims)} for ${lifetime} s`, () => {
      const context: TokenDeadlinesContext = {
        sentAt: 0,
        sentAtMs: now * 1_000,
        subjectExpiresAt: undefined,
        settings: cacheSettings({ expiryBufferMs: buffer * 1_000 }),
        onSkipped: () => {},
        onCut: () => {},
      };
      const expiresAt = resolveExpiresAt(claims, { sentAt: now * 1_000 });
      const token = createAccessToken({ token: "opaque", expiresAt });
      expect(tokenDeadlines(token, context).hard).toBe(lifetime * 1_000);
    });
  }
});
