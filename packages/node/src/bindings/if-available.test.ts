import { TokenError } from "@agent-oauth/core";
import { describe, expect, it } from "vitest";
import { ifAvailable } from "./if-available.ts";

const failing = (error: unknown) => async () => {
  throw error;
};

describe("ifAvailable", () => {
  it("yields what is made, and nothing where nothing is configured", async () => {
    expect(await ifAvailable(() => "made")).toBe("made");
    const absent = new TokenError("ERR_TOKEN_SOURCE_UNAVAILABLE", "Cannot find it");
    expect(await ifAvailable(failing(absent))).toBeUndefined();
  });

  it("fails as what makes it fails otherwise", async () => {
    for (const error of [new TokenError("ERR_TOKEN_CONFIG", "Cannot use it"), new Error("x")]) {
      await expect(ifAvailable(failing(error))).rejects.toBe(error);
    }
  });
});
