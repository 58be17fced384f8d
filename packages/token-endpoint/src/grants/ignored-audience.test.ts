import type { TokenEvent } from "@agent-oauth/core";
import { createFakeClock } from "@agent-oauth/core/testing";
import { unsignedJwt } from "@agent-oauth/test-support/unsigned-jwt";
import { describe, expect, it } from "vitest";
import { answerToken, startTestServer, testEndpoint } from "../server.test-support.ts";
import { clientCredentialsSource } from "./client-credentials-source.ts";
import { jwtBearerSource } from "./jwt-bearer-source.ts";

const sources = { clientCredentialsSource, jwtBearerSource };

async function answered(name: keyof typeof sources, access_token: string, parameters = {}) {
  const told: TokenEvent[] = [];
  const clock = createFakeClock();
  const server = await startTestServer(answerToken({ access_token }));
  const onEvent = (event: TokenEvent) => void told.push(event);
  const endpoint = testEndpoint(server, { clock, onEvent });
  const source = sources[name](endpoint, { parameters });
  const subject = name === "jwtBearerSource" ? { subjectToken: "assertion" } : {};
  const ask = (request: object) => source.getToken({ ...subject, ...request });
  return { ask, told, base: { identity: endpoint.identity, at: clock.now() } };
}

describe.each(["clientCredentialsSource", "jwtBearerSource"] as const)("%s", (name) => {
  it("tells of an audience that the server ignored, and hands out the token", async () => {
    const { ask, told, base } = await answered(name, unsignedJwt({ aud: ["agent", "x"] }));
    expect(await ask({ audience: ["orders", "x"] })).toMatchObject({ tokenType: "Bearer" });
    const audience = ["orders", "x"];
    expect(told).toEqual([{ type: "audience-mismatch", ...base, audience, aud: ["agent", "x"] }]);
  });

  it("tells of a fixed audience, too", async () => {
    const { ask, told } = await answered(name, unsignedJwt({}), { audience: "orders" });
    await ask({});
    expect(told).toMatchObject([{ type: "audience-mismatch", audience: ["orders"], aud: [] }]);
  });

  it.each([
    ["the audience is right", unsignedJwt({ aud: "orders" }), { audience: ["orders"] }],
    ["the token cannot be read", "opaque", { audience: ["orders"] }],
    ["none was asked for", unsignedJwt({ aud: "other" }), {}],
    ["only a resource was", unsignedJwt({ aud: "other" }), { resource: ["urn:a:b"] }],
  ])("tells nothing if %s", async (_, token, request) => {
    const { ask, told } = await answered(name, token);
    await ask(request);
    expect(told).toEqual([]);
  });
});
