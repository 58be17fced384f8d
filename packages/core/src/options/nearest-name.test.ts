import { describe, expect, it } from "vitest";
import { nearestName, nearMiss } from "./nearest-name.ts";

const known = ["subjectToken", "principal", "audience", "resource", "scope", "tenant"];

describe("nearestName", () => {
  it.each([
    ["subjecttoken", "subjectToken"],
    ["subject_token", "subjectToken"],
    ["SubjectTokne", "subjectToken"],
    ["tenent", "tenant"],
    ["audiences", "audience"],
    ["scopes", "scope"],
    ["aud", "audience"],
    ["token", "subjectToken"],
  ])("takes %s for %s", (name, meant) => expect(nearestName(name, known)).toBe(meant));

  it.each(["", "__", "x", "colour", "s".repeat(100_000)])("finds none for %s", (name) =>
    expect(nearestName(name, known)).toBeUndefined(),
  );
});

describe("nearMiss", () => {
  const known = ["token", "tokenType", "expiresAt", "scope"];

  it.each([
    ["expiresat", "expiresAt"],
    ["expires_at", "expiresAt"],
    ["expiresIn", "expiresAt"],
    ["scopes", "scope"],
    ["tokentype", "tokenType"],
    ["tokne", "token"],
  ])("takes %s for %s", (name, meant) => {
    expect(nearMiss(name, known)).toBe(meant);
  });

  it.each(["token", "gatewayUrl", "tokenId", "tenant", "", "x".repeat(65)])(
    "lets %j be",
    (name) => {
      expect(nearMiss(name, known)).toBeUndefined();
    },
  );
});
