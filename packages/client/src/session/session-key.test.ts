import { keyDigest } from "@agent-oauth/core/internal";
import { describe, expect, it } from "vitest";
import { sessionKey } from "./session-key.ts";

const server = { url: "https://a.example/mcp" };
const tail = "x".repeat(32);

describe("sessionKey", () => {
  it.each([
    ["another server", { url: "https://b.example/mcp" }, { subjectToken: "alice" }],
    ["another tenant", server, { subjectToken: "alice", tenant: "t" }],
    ["another user", server, { subjectToken: "bob" }],
    ["a principal of that name", server, { subjectToken: "alice", principal: "alice" }],
    ["nobody", server, {}],
  ])("differs for %s", (_, other, request) => {
    const key = sessionKey(server, { subjectToken: "alice" });
    expect(sessionKey(other, request)).not.toEqual(key);
    expect(keyDigest(sessionKey(other, request))).not.toBe(keyDigest(key));
  });

  it("differs for tokens with the same end", () => {
    const [one, other] = ["a", "b"].map((begin) =>
      sessionKey(server, { subjectToken: begin + tail }),
    );
    expect(one?.name).toBe(other?.name);
    expect(one).not.toEqual(other);
  });

  it("stays the same for another token of a principal", () => {
    const [one, other] = ["a", "b"].map((subjectToken) =>
      sessionKey(server, { subjectToken, principal: "alice" }),
    );
    expect(one).toEqual(other);
  });
});
