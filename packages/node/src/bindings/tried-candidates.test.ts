import { TokenError } from "@agent-oauth/core";
import { describe, expect, it } from "vitest";
import { triedCandidates } from "./tried-candidates.ts";

describe("triedCandidates", () => {
  it("tells which candidates can be used, in their order", async () => {
    const error = new TokenError("ERR_TOKEN_CONFIG", "Cannot use it");
    const tried = await triedCandidates(["a", "bad", "c"], async (candidate) => {
      if (candidate === "bad") throw error;
      return candidate.toUpperCase();
    });
    expect(tried).toEqual({
      usable: [
        { candidate: "a", value: "A" },
        { candidate: "c", value: "C" },
      ],
      unusable: [{ candidate: "bad", error }],
    });
  });

  it("hides no other error", async () => {
    const fault = new RangeError("fault");
    const tried = triedCandidates(["a"], () => {
      throw fault;
    });
    await expect(tried).rejects.toBe(fault);
  });
});
