import { decodeJwt } from "jose";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { CLIENT_CREDENTIALS_FORM, jwtBearerForm } from "../../test-support/agent.ts";
import { StsAgent, typeUrn } from "../../test-support/sts-agent.ts";
import { type MockSts, startMockSts } from "../mock-sts.ts";

const basic = { Authorization: `Basic ${Buffer.from("basic:s3cret").toString("base64")}` };

let mock: MockSts;
let agent: StsAgent;
beforeAll(async () => {
  mock = await startMockSts({
    sts: { publicClient: true },
    clients: [
      { clientId: "basic", authentication: "client_secret_basic", clientSecret: "s3cret" },
      { clientId: "public", authentication: "none" },
    ],
  });
  agent = new StsAgent(mock, mock.clientCertificate);
});
afterEach(() => {
  mock.controls.reset();
  mock.recorder.clear();
});
afterAll(async () => {
  await agent[Symbol.asyncDispose]();
  await mock.close();
});

async function introspect(token: string, url = mock.introspectionEndpoint) {
  const { status, body } = await agent.post({ token }, basic, url);
  expect(status).toBe(200);
  return body;
}

const inactive = { active: false };

describe("introspection (RFC 7662)", () => {
  it.each(["jwt", "opaque"])(
    "[7662-1] tells what a good token of format %s says",
    async (format) => {
      const assertion = await mock.userToken({ sub: "alice" });
      const { token } = await agent.requestToken({
        ...jwtBearerForm(assertion),
        token_format: format,
      });
      const body = await introspect(token);
      expect(body).toMatchObject({
        active: true,
        token_type: "Bearer",
        iss: mock.issuer,
        sub: "alice",
        client_id: mock.clientId,
        aud: "mock-agent-gateway",
        exp: expect.any(Number),
      });
      if (format === "jwt") expect(body).toMatchObject(decodeJwt(token));
    },
  );

  it("[7662-1] tells act, and [8705-8] the certificate it is bound to", async () => {
    const { token } = await agent.exchange({
      client_id: mock.clientId,
      audience: "tickets",
      subject_token: await mock.userToken({ sub: "alice" }),
      actor_token: await mock.userToken({ sub: "agent" }),
      actor_token_type: typeUrn("jwt"),
    });
    const { act, cnf } = decodeJwt(token);
    expect(act).toMatchObject({ sub: "agent" });
    expect(cnf).toEqual({ "x5t#S256": expect.stringMatching(/^[\w-]{43}$/) });
    expect(await introspect(token, mock.sts.introspectionEndpoint)).toMatchObject({ act, cnf });
    mock.controls.stsQuirks = ["keycloak-introspection-without-act"];
    const quirky = await introspect(token, mock.sts.introspectionEndpoint);
    expect(quirky).toMatchObject({ active: true, cnf });
    expect(quirky).not.toHaveProperty("act");
  });

  it("[7662-1] says of any other token that it is not active, and nothing else", async () => {
    const { token } = await agent.requestToken();
    expect(await introspect(token, mock.sts.introspectionEndpoint)).toEqual(inactive);
    expect(await introspect(await mock.userToken({ sub: "alice" }))).toEqual(inactive);
    for (const unknown of ["unknown", "a.b.c", `${token}x`]) {
      expect(await introspect(unknown)).toEqual(inactive);
    }
    expect((await introspect(token)).active).toBe(true);
    mock.controls.revoke({ token });
    expect(await introspect(token)).toEqual(inactive);
  });

  it.each(["jwt", "opaque"])("[7662-1] follows the mock's clock for format %s", async (format) => {
    mock.controls.tokenLifetimeMs = 60_000;
    const { token } = await agent.requestToken({
      ...CLIENT_CREDENTIALS_FORM,
      token_format: format,
    });
    expect((await introspect(token)).active).toBe(true);
    mock.controls.clockOffsetMs = 60_000;
    expect(await introspect(token)).toEqual(inactive);
  });

  it("[7662-1] asks the caller to prove itself", async () => {
    const { token } = await agent.requestToken();
    const url = mock.introspectionEndpoint;
    const wrong = { Authorization: `Basic ${Buffer.from("basic:x").toString("base64")}` };
    for (const [fields, headers] of [
      [{}, {}],
      [{}, wrong],
      [{ client_id: "public" }, {}],
      [{ client_id: "unknown" }, {}],
    ] as const) {
      const { status, body } = await agent.post({ token, ...fields }, headers, url);
      expect([status, body.error]).toEqual([401, "invalid_client"]);
    }
    const anonymous = await agent.post({ token }, {}, mock.sts.introspectionEndpoint);
    expect(anonymous.status).toBe(401);
  });

  it("refuses a request without a token, a GET, and a body that is not a form", async () => {
    const url = mock.introspectionEndpoint;
    expect((await agent.post({}, basic, url)).body.error).toBe("invalid_request");
    const get = await agent.fetch(url);
    expect([get.status, get.headers.get("allow")]).toEqual([405, "POST"]);
    const json = await agent.post({ token: "x" }, { ...basic, "Content-Type": "text/plain" }, url);
    expect([json.status, json.body.error]).toEqual([400, "invalid_request"]);
  });

  it("is recorded by its route, without the token", async () => {
    const { token } = await agent.requestToken();
    await introspect(token);
    expect(mock.recorder.count({ route: "introspection" })).toBe(1);
    const [record] = mock.recorder.requests.slice(-1);
    expect(record?.form?.token).toMatch(/^sha256:/);
    expect(JSON.stringify(record)).not.toContain(token);
  });
});
