import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { TestAgent } from "../../test-support/agent.ts";
import { type MockSts, startMockSts } from "../mock-sts.ts";

let mock: MockSts;
let agent: TestAgent;
beforeAll(async () => {
  mock = await startMockSts();
  agent = new TestAgent(mock);
});
afterEach(() => mock.controls.reset());
afterAll(async () => {
  await agent[Symbol.asyncDispose]();
  await mock.close();
});

const aDate = "Wed, 21 Oct 2065 07:28:00 GMT";

describe("429 and 503 (RFC 6585 §4; RFC 9110 §10.2.3)", () => {
  it.each([
    [429, "2"],
    [503, aDate],
    [429, "Wed, 21 Oct 2015 07:28:00 GMT"],
    [503, "99999999999"],
    [503, undefined],
  ])("[http-1] come as %i with Retry-After %s, and then the token", async (status, retryAfter) => {
    const headers = retryAfter === undefined ? {} : { "Retry-After": retryAfter };
    mock.controls.failNext({ status, headers }, { route: "token" });
    const refused = await agent.requestToken();
    expect([refused.status, refused.headers.get("retry-after") ?? undefined]).toEqual([
      status,
      retryAfter,
    ]);
    expect(refused.body).not.toHaveProperty("access_token");
    expect((await agent.requestToken()).status).toBe(200);
  });
});
