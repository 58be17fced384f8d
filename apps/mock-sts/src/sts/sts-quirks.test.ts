import { readFile } from "node:fs/promises";
import { decodeJwt } from "jose";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { StsAgent, type StsForm, typeUrn } from "../../test-support/sts-agent.ts";
import { type MockSts, startMockSts } from "../mock-sts.ts";
import { type StsQuirk, stsQuirks } from "../options/sts-quirks.ts";

let mock: MockSts;
let agent: StsAgent;
beforeAll(async () => {
  const targets = [{ resource: "https://b.example/mcp" }];
  mock = await startMockSts({ sts: { publicClient: true, subjectForRequester: true, targets } });
  agent = new StsAgent(mock);
});
afterEach(() => mock.controls.reset());
afterAll(async () => {
  await agent[Symbol.asyncDispose]();
  await mock.close();
});

async function exchange(fields: StsForm = {}, claims: Record<string, unknown> = {}) {
  // Longer than the tokens made from it, so that their lifetime is always the same.
  const life = { clientId: "mock-public-client", expiresInMs: 7_200_000 };
  const subject_token = await mock.userToken({ sub: "alice", claims, ...life });
  return agent.exchange({ subject_token, ...fields });
}

const idToken = { requested_token_type: typeUrn("id_token") };

describe("quirks in responses", () => {
  it.each<[StsQuirk, StsForm, Record<string, unknown>]>([
    ["wrong-issued-token-type", {}, { issued_token_type: typeUrn("id_token") }],
    ["wrong-issued-token-type", idToken, { issued_token_type: typeUrn("access_token") }],
    ["no-issued-token-type", {}, { issued_token_type: undefined }],
    ["bearer-for-any-type", idToken, { token_type: "Bearer" }],
    ["n-a-for-access-token", {}, { token_type: "N_A" }],
    ["lower-case-token-type", {}, { token_type: "bearer" }],
    ["lower-case-token-type", idToken, { token_type: "n_a" }],
    ["useless-refresh-token", {}, { refresh_token: expect.any(String) }],
  ])("%s, asked for %j, changes %j", async (quirk, fields, changed) => {
    const right = await exchange(fields);
    mock.controls.stsQuirks = [quirk];
    const wrong = await exchange(fields);
    const { access_token: _right, ...rightBody } = right.body;
    const { access_token: token, ...wrongBody } = wrong.body;
    expect(token).toEqual(expect.any(String));
    expect(wrong.status).toBe(200);
    // `toEqual` takes undefined for absent.
    expect(wrongBody).toEqual({ ...rightBody, ...changed });
    expect(wrongBody).not.toEqual(rightBody);
  });

  it("casdoor-audience-ignored responds with 200 and a token for something else", async () => {
    mock.controls.stsQuirks = ["casdoor-audience-ignored"];
    for (const audience of ["tickets", "unknown"]) {
      const { status, token } = await exchange({ audience });
      expect([status, decodeJwt(token).aud]).toEqual([200, "mock-default-audience"]);
    }
  });
});

describe("the quirk keycloak-actor-ignored", () => {
  it("responds with 200 and a token that names no actor, whatever the actor token and may_act", async () => {
    const claims = { may_act: { sub: "agent" } };
    const actor_token_type = typeUrn("jwt");
    const good = { actor_token: await mock.userToken({ sub: "agent" }), actor_token_type };
    expect(decodeJwt((await exchange(good, claims)).token)).toMatchObject({
      act: { sub: "agent" },
    });
    mock.controls.stsQuirks = ["keycloak-actor-ignored"];
    for (const fields of [good, { actor_token: "no-token", actor_token_type }, {}]) {
      const { status, token } = await exchange(fields, claims);
      expect(status).toBe(200);
      expect(decodeJwt(token)).not.toHaveProperty("act");
    }
  });
});

describe("quirks in errors", () => {
  const outcome = async (...args: Parameters<typeof exchange>) => {
    const { status, body } = await exchange(...args);
    return [status, body.error];
  };
  it.each<[StsQuirk, Parameters<typeof exchange>, unknown[], unknown[]]>([
    [
      "invalid-grant-for-bad-token",
      [{}, { exp: 1 }],
      [400, "invalid_request"],
      [400, "invalid_grant"],
    ],
    [
      "keycloak-invalid-client-for-unknown-audience",
      [{ audience: "unknown" }],
      [400, "invalid_target"],
      [400, "invalid_client"],
    ],
    [
      "keycloak-access-denied-for-foreign-subject",
      [{}, { aud: "somebody" }],
      [400, "invalid_request"],
      [403, "access_denied"],
    ],
    [
      "navikt-invalid-grant-for-unknown-grant-type",
      [{ grant_type: "password" }],
      [400, "unsupported_grant_type"],
      [400, "invalid_grant"],
    ],
    [
      "oidc-provider-invalid-request-for-forbidden-grant-type",
      [{ grant_type: "client_credentials" }],
      [400, "unauthorized_client"],
      [400, "invalid_request"],
    ],
    [
      "zitadel-invalid-target-for-resource",
      [{ resource: "https://b.example/mcp" }],
      [200, undefined],
      [400, "invalid_target"],
    ],
  ])("%s", async (quirk, request, right, wrong) => {
    expect(await outcome(...request)).toEqual(right);
    mock.controls.stsQuirks = [quirk];
    expect(await outcome(...request)).toEqual(wrong);
    mock.controls.reset();
    expect(await outcome(...request)).toEqual(right);
  });

  it.each<[StsQuirk, string | null, RegExp]>([
    ["html-errors", "text/html; charset=utf-8", /^<!doctype html>/],
    ["glewlwyd-empty-errors", null, /^$/],
    ["kagent-plain-text-errors", "text/plain", /^the audience is unknown$/],
    ["oauth2-mock-server-problem-errors", "application/problem+json", /^{"type":"about:blank"/],
  ])("%s sends the status and nothing of OAuth", async (quirk, contentType, text) => {
    mock.controls.stsQuirks = [quirk];
    const { status, headers, body } = await exchange({ audience: "unknown" });
    expect([status, headers.get("content-type")]).toEqual([400, contentType]);
    expect(body.text).toMatch(text);
    expect((await exchange()).status).toBe(200);
  });
});

describe("quirks in metadata", () => {
  const endpoint = async () => {
    const document = await agent.fetch(mock.sts.wellKnownUri);
    return ((await document.json()) as { token_endpoint: string }).token_endpoint;
  };

  it("scheme-less-token-endpoint leaves the scheme out", async () => {
    mock.controls.stsQuirks = ["scheme-less-token-endpoint"];
    expect(`https://${await endpoint()}`).toBe(mock.sts.tokenEndpoint);
  });

  it("internal-token-endpoint names an unknown host, with the right port and path", async () => {
    mock.controls.stsQuirks = ["internal-token-endpoint"];
    const { hostname, port, pathname } = new URL(await endpoint());
    const { port: rightPort, pathname: rightPath } = new URL(mock.sts.tokenEndpoint);
    expect(hostname).toBe("sts.mock-sts.invalid");
    expect([port, pathname]).toEqual([rightPort, rightPath]);
  });
});

describe("quirks as they are set", () => {
  it("are covered by a test each", async () => {
    const tests = await readFile(new URL(import.meta.url), "utf8");
    const others = await readFile(
      new URL("../issuer/introspection.test.ts", import.meta.url),
      "utf8",
    );
    for (const quirk of stsQuirks) expect(`${tests}${others}`).toContain(`"${quirk}"`);
  });

  it("are those of the options again after a reset, and must exist", async () => {
    await using odd = await startMockSts({ sts: { quirks: ["useless-refresh-token"] } });
    odd.controls.stsQuirks = [];
    odd.controls.reset();
    expect(odd.controls.stsQuirks).toEqual(["useless-refresh-token"]);
    const unknown = ["none-such"] as unknown as StsQuirk[];
    expect(() => {
      odd.controls.stsQuirks = unknown;
    }).toThrow('"none-such"');
    await expect(startMockSts({ sts: { quirks: unknown } })).rejects.toThrow('"none-such"');
  });
});
