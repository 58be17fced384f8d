import { describe, expect, it } from "vitest";
import { send, servers } from "./servers.test-support.ts";

const plain = 'Bearer realm="agent"';
const naming = (error: string, description: string) =>
  `${plain}, error="${error}", error_description="${description}"`;

describe.each(Object.entries(servers))("userFrom in %s", (_, start) => {
  it("reads the token of a request", async () => {
    const url = await start({});
    const { status, body } = await send(url, { authorization: "Bearer abc" });
    expect([status, JSON.parse(body)]).toEqual([200, { subjectToken: "abc" }]);
  });

  it.each([
    ["no token", {}, 401, plain],
    ["a blank token", { authorization: "Bearer " }, 401, plain],
    ["another scheme", { authorization: "Basic c2VudGluZWw=" }, 401, plain],
    [
      "a malformed token",
      { authorization: "Bearer sentinel two" },
      401,
      naming("invalid_token", "its token is malformed"),
    ],
    [
      "a token of 8 000 characters where 4 096 may be",
      { authorization: `Bearer ${"sentinel".repeat(1_000)}` },
      401,
      naming("invalid_token", "its token is too long"),
    ],
    [
      "two tokens",
      { authorization: ["Bearer sentinel", "Bearer other"] },
      400,
      naming("invalid_request", "it carries more than one authorization"),
    ],
  ])("answers %s with a challenge, without the framework being told how", async (...row) => {
    const [, headers, status, challenge] = row;
    const response = await send(await start({ maxTokenLength: 4_096 }), headers);
    expect(response).toMatchObject({ status, challenge });
    expect(response.body).not.toContain("sentinel");
  });

  it("lets Node refuse headers that are too large", async () => {
    const authorization = `Bearer ${"x".repeat(20_000)}`;
    expect(await send(await start({}), { authorization })).toMatchObject({ status: 431 });
  });
});
