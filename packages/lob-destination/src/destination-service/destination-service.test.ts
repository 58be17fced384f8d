import { createAccessToken, type GetTokenOptions } from "@agent-oauth/core";
import type { HttpResponse } from "@agent-oauth/token-endpoint/internal";
import { describe, expect, it } from "vitest";
import { DestinationService } from "./destination-service.ts";

const apiUrl = "https://btp.example/destination-configuration";
const { signal } = new AbortController();
const deadline = { signal, leftMs: () => 1_000 };

const response: Omit<HttpResponse, "status"> = {
  failed: "Cannot list",
  contentType: "application/json",
  text: "[]",
  maxBytes: 1_048_576,
  retryAfterMs: undefined,
  sentAt: 0,
  thumbprint: undefined,
};

/** A service that refuses some tokens, with a source of `t1`, `t2`, … */
function serviceRefusing(...refused: readonly string[]) {
  const asked: GetTokenOptions[] = [];
  const sent: string[] = [];
  const service = new DestinationService({
    apiUrl: () => apiUrl,
    secrets: () => [],
    skipCredentials: true,
    tokens: {
      identity: undefined,
      async getToken(_, options = {}) {
        asked.push(options);
        return createAccessToken({ token: `t${asked.length}` });
      },
    },
    http: {
      async attempt({ send, read }) {
        const { status } = await send(async (_, init) => {
          const [, token = ""] = new Headers(init?.headers).get("authorization")?.split(" ") ?? [];
          sent.push(token);
          return new Response(null, { status: refused.includes(token) ? 401 : 200 });
        });
        return { value: await read({ ...response, status }) };
      },
      async retry(attempt) {
        const outcome = await attempt();
        if ("value" in outcome) return outcome.value;
        throw outcome.failure;
      },
    },
  });
  const list = () => service.listFragments("l", { tenant: "acme", deadline, doing: "list" });
  return { asked, sent, list };
}

describe("DestinationService", () => {
  it("says which token was refused and by whom, once", async () => {
    const { asked, sent, list } = serviceRefusing("t1");
    expect(await list()).toEqual([]);
    expect(sent).toEqual(["t1", "t2"]);
    expect(asked).toMatchObject([{ signal }, { rejected: { token: "t1" }, rejectedBy: apiUrl }]);
    expect(asked[0]).not.toHaveProperty("rejectedBy");
  });

  it("gives up if the replacement is refused, too", async () => {
    const { sent, list } = serviceRefusing("t1", "t2", "t3");
    await expect(list()).rejects.toMatchObject({ code: "ERR_TOKEN_REJECTED" });
    expect(sent).toEqual(["t1", "t2"]);
  });
});
