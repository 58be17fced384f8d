import { describe, expect, it } from "vitest";
import { retoldError } from "./retold-error.ts";
import { TokenError } from "./token-error.ts";

const error = new TokenError("ERR_TOKEN_OAUTH", "one", {
  cause: new Error("inner"),
  status: 400,
  oauthError: "interaction_required",
  retryAfterMs: 5,
  claims: "{}",
  suberror: "basic_action",
  retryable: true,
});

describe("retoldError", () => {
  it("keeps every detail of an error", () => {
    const retold = retoldError(error, "two");
    expect(retold.message).toBe("two");
    expect({ ...retold, cause: retold.cause }).toEqual({ ...error, cause: error.cause });
    expect(Object.keys(retold)).toEqual(Object.keys(error));
  });

  it("replaces those that are given", () => {
    const retold = retoldError(error, "two", { code: "ERR_TOKEN_CREDENTIAL", cause: error });
    expect(retold).toMatchObject({ code: "ERR_TOKEN_CREDENTIAL", cause: error, claims: "{}" });
  });
});
