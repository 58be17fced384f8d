import { describe, expect, it } from "vitest";
import { clientOf, serverOf } from "../connected-client.test-support.ts";

const alice = { userToken: "alice" };
const CLAIMS = "eyJhY2Nlc3NfdG9rZW4iOnt9fQ==";
const caught = (work: Promise<unknown>): Promise<unknown> =>
  work.then(
    () => undefined,
    (error: unknown) => error,
  );

type Place = "tools/call" | "tools/list" | "initialize";

/** Makes one request that the server refuses with a challenge, and then one that it serves. */
async function refused(place: Place, status: number, challenge: string) {
  const server = await serverOf();
  const { client, refs, tokens } = clientOf([server], { versionNegotiation: "legacy" });
  const tool = { name: "echo", server: refs[0] };
  if (place !== "initialize") await client.listMcpTools(alice);
  server.take();
  const before = tokens.asked.length;
  server.behaviour.refuse = ({ rpc }) =>
    rpc === place ? { status, headers: { "www-authenticate": challenge }, body: "" } : undefined;
  const work = () =>
    place === "tools/list" ? client.listMcpTools(alice) : client.callMcpTool(tool, {}, alice);
  const error = await caught(work());
  const requests = server.take();
  const renewed = tokens.asked.length - before;
  server.behaviour.refuse = () => undefined;
  await work();
  return { error, requests, renewed, next: server.take() };
}

describe("a 403 that wants more scope keeps the session, written as", () => {
  it.each([
    ["quoted", 'Bearer error="insufficient_scope", scope="a b"'],
    ["in single quotes", "Bearer error='insufficient_scope', scope='a b'"],
    ["after another scheme", 'Basic realm=x, Bearer error="insufficient_scope", scope="a b"'],
    ["in upper case", 'BEARER ERROR="insufficient_scope", SCOPE="a b"'],
  ])("%s", async (_, challenge) => {
    for (const place of ["tools/call", "tools/list"] as const) {
      const { error, next, renewed } = await refused(place, 403, challenge);
      expect(error).toMatchObject({
        code: "ERR_TOKEN_OAUTH",
        status: 403,
        oauthError: "insufficient_scope",
        message: expect.stringMatching(/too narrow, "a b" is needed$/),
      });
      expect(renewed).toBe(0);
      expect(next).toEqual([`POST ${place}`]);
    }
    const { error } = await refused("initialize", 403, challenge);
    expect(error).toMatchObject({ code: "ERR_TOKEN_OAUTH", oauthError: "insufficient_scope" });
  });
});

describe("a challenge that wants another token of the user", () => {
  it.each([401, 403])(
    "with %i tells the claims, and no other token is requested",
    async (status) => {
      const challenge = `Bearer realm="", error="insufficient_claims", claims="${CLAIMS}"`;
      for (const place of ["tools/call", "tools/list", "initialize"] as const) {
        const { error, next, renewed, requests } = await refused(place, status, challenge);
        expect(error).toMatchObject({
          code: "ERR_TOKEN_OAUTH",
          status,
          oauthError: "insufficient_claims",
          claims: CLAIMS,
          retryable: false,
          message: expect.stringMatching(/get a new user token with the "claims" of this error$/),
        });
        expect(renewed).toBe(place === "initialize" ? 1 : 0);
        expect(requests).toEqual([`POST ${place}`]);
        if (place !== "initialize") expect(next).toEqual([`POST ${place}`]);
      }
    },
  );

  it("tells the failures of a list, too", async () => {
    const challenge = `Bearer error="insufficient_claims", claims="${CLAIMS}"`;
    const { error } = await refused("tools/list", 403, challenge);
    expect(error).toMatchObject({ failures: [{ error: { claims: CLAIMS } }] });
  });

  it.each([401, 403])("with %i tells how the user must log in", async (status) => {
    const challenge =
      'Bearer error="insufficient_user_authentication", acr_values="urn:a urn:b", max_age="60"';
    for (const place of ["tools/call", "tools/list"] as const) {
      const { error, renewed } = await refused(place, status, challenge);
      expect(error).toMatchObject({
        code: "ERR_TOKEN_OAUTH",
        oauthError: "insufficient_user_authentication",
        acrValues: ["urn:a", "urn:b"],
        maxAgeMs: 60_000,
      });
      expect(renewed).toBe(0);
    }
  });

  it("renews once after a 401 with another error, and still tells the claims", async () => {
    const challenge = `Bearer error="invalid_token", claims="${CLAIMS}"`;
    const { error, renewed } = await refused("tools/call", 401, challenge);
    expect(error).toMatchObject({ code: "ERR_TOKEN_REJECTED", claims: CLAIMS });
    expect(renewed).toBe(1);
  });
});
