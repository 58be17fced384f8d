import { decodeJwt, generateKeyPair, SignJWT, UnsecuredJWT } from "jose";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { jwtBearerForm, TestAgent } from "../../test-support/agent.ts";
import { StsAgent } from "../../test-support/sts-agent.ts";
import { type MockSts, startMockSts } from "../mock-sts.ts";

let mock: MockSts;
let agent: TestAgent;
beforeAll(async () => {
  mock = await startMockSts({ clockSkewMs: 5_000 });
  agent = new TestAgent(mock);
});
afterEach(() => mock.controls.reset());
afterAll(async () => {
  await agent[Symbol.asyncDispose]();
  await mock.close();
});

async function outcome(assertion: string, client = agent) {
  const { status, body } = await client.requestToken(jwtBearerForm(assertion));
  return body.error ?? status;
}

const claims = (mine: Record<string, unknown>) => mock.userToken({ sub: "alice", claims: mine });

describe("jwt-bearer grant (RFC 7523)", () => {
  it("[7523-1] needs exactly one assertion", async () => {
    const fields = Object.entries(jwtBearerForm(await mock.userToken({ sub: "alice" })));
    const without = fields.filter(([name]) => name !== "assertion");
    const twice = [...fields, ...fields.filter(([name]) => name === "assertion")];
    for (const wrong of [without, twice]) {
      const { status, body } = await agent.requestToken(wrong);
      expect([status, body.error]).toEqual([400, "invalid_request"]);
    }
  });

  it.each(["iss", "sub", "aud", "exp"])("[7523-2] needs the claim %s", async (claim) => {
    expect(await outcome(await claims({ [claim]: undefined }))).toBe("invalid_grant");
  });

  it("needs a subject that is not empty", async () => {
    expect(await outcome(await claims({ sub: "" }))).toBe("invalid_grant");
  });

  it("[7523-3] takes the client, the issuer or the token endpoint as audience, and nothing else", async () => {
    for (const aud of ["mock-agent", mock.issuer, mock.tokenEndpoint, ["x", "mock-agent"]]) {
      expect(await outcome(await claims({ aud }))).toBe(200);
    }
    for (const aud of ["another-client", `${mock.issuer}/`, []]) {
      expect(await outcome(await claims({ aud }))).toBe("invalid_grant");
    }
  });

  it("[7523-3] takes the issuer as audience only, if told so, at every server", async () => {
    const exact = { strictAudience: true, sts: { publicClient: true } };
    await using strict = await startMockSts(exact);
    await using client = new StsAgent(strict, strict.clientCertificate);
    const signed = (aud: string) => strict.userToken({ sub: "alice", claims: { aud } });
    expect(await outcome(await signed(strict.issuer), client)).toBe(200);
    for (const aud of [strict.clientId, strict.tokenEndpoint]) {
      expect(await outcome(await signed(aud), client)).toBe("invalid_grant");
    }
    const atSts = async (aud: string) => {
      const form = { grant_type: jwtBearerForm("").grant_type, assertion: await signed(aud) };
      return (await client.post(form)).status;
    };
    expect(await atSts(strict.sts.issuer)).toBe(200);
    for (const aud of ["mock-public-client", strict.sts.tokenEndpoint]) {
      expect(await atSts(aud)).toBe(400);
    }
  });

  it("[7523-4] checks the expiry of an assertion by its own clock, with the skew it allows", async () => {
    const assertion = await mock.userToken({ sub: "alice", expiresInMs: 60_000 });
    const end = (decodeJwt(assertion).exp ?? 0) * 1000;
    const at = (instant: number) => {
      mock.controls.clockOffsetMs = instant - Date.now();
      return outcome(assertion);
    };
    expect(await at(end + 3_000)).toBe(200);
    expect(await at(end + 8_000)).toBe("invalid_grant");
  });

  it("[7523-4] checks the start of an assertion in the same way", async () => {
    const seconds = (offsetMs: number) => Math.floor((Date.now() + offsetMs) / 1000);
    expect(await outcome(await claims({ nbf: seconds(3_000) }))).toBe(200);
    expect(await outcome(await claims({ nbf: seconds(30_000) }))).toBe("invalid_grant");
  });

  it("[7523-4] refuses assertions that are valid for too long, if told so", async () => {
    await using strict = await startMockSts({ maxAssertionLifetimeMs: 60_000 });
    await using client = new TestAgent(strict);
    const make = (expiresInMs: number) => strict.userToken({ sub: "alice", expiresInMs });
    expect(await outcome(await make(50_000), client)).toBe(200);
    expect(await outcome(await make(90_000), client)).toBe("invalid_grant");
  });

  it("[7523-5] takes an assertion again and again, unless told otherwise", async () => {
    const assertion = await mock.userToken({ sub: "alice" });
    expect([await outcome(assertion), await outcome(assertion)]).toEqual([200, 200]);
    await using strict = await startMockSts({ refuseReusedAssertions: true });
    await using client = new TestAgent(strict);
    const once = await strict.userToken({ sub: "alice" });
    expect([await outcome(once, client), await outcome(once, client)]).toEqual([
      200,
      "invalid_grant",
    ]);
    expect(await outcome(await strict.userToken({ sub: "alice" }), client)).toBe(200);
  });

  it("[7523-6] refuses an unsigned assertion, another's signature, algorithm, key and issuer", async () => {
    const good = await mock.userToken({ sub: "alice" });
    const payload = decodeJwt(good);
    const header = JSON.parse(Buffer.from(good.split(".")[0] ?? "", "base64url").toString());
    const foreign = await generateKeyPair("ES256");
    const secret = new TextEncoder().encode(JSON.stringify(header).padEnd(32, "x"));
    const bad = [
      new UnsecuredJWT(payload).encode(),
      await new SignJWT(payload).setProtectedHeader(header).sign(foreign.privateKey),
      await new SignJWT(payload)
        .setProtectedHeader({ ...header, kid: "unknown" })
        .sign(foreign.privateKey),
      await new SignJWT(payload).setProtectedHeader({ ...header, alg: "HS256" }).sign(secret),
      await claims({ iss: "https://idp.example" }),
      `${good.slice(0, -4)}AAAA`,
      "not-a-jwt",
    ];
    for (const assertion of bad) expect(await outcome(assertion)).toBe("invalid_grant");
  });

  it("does not take an access token for an assertion", async () => {
    const { resource: _, ...fields } = jwtBearerForm(await mock.userToken({ sub: "alice" }));
    const { token } = await agent.requestToken(fields);
    expect(decodeJwt(token).aud).toBe("mock-agent");
    expect(await outcome(token)).toBe("invalid_grant");
  });

  it("takes the id token it issued as the next assertion", async () => {
    const first = await agent.requestToken(jwtBearerForm(await mock.userToken({ sub: "alice" })));
    expect(await outcome(String(first.body.id_token))).toBe(200);
  });

  it("[7523-7] issues no token that outlives its assertion", async () => {
    const assertion = await mock.userToken({ sub: "alice", expiresInMs: 60_000 });
    const { body, token } = await agent.requestToken(jwtBearerForm(assertion));
    expect(decodeJwt(token).exp).toBe(decodeJwt(assertion).exp);
    expect(body.expires_in).toBeGreaterThan(50);
    expect(body.expires_in).toBeLessThanOrEqual(60);
  });

  it("takes assertions signed before the key was rotated", async () => {
    const assertion = await mock.userToken({ sub: "alice" });
    await mock.controls.rotateSigningKey();
    expect(await outcome(assertion)).toBe(200);
  });

  it("lets a client without a secret use it, if registered so", async () => {
    const transparent = { clientId: "transparent", authentication: "none" } as const;
    await using open = await startMockSts({ clients: [transparent] });
    await using client = new TestAgent(open, null);
    const assertion = await open.userToken({ sub: "alice", clientId: "transparent" });
    const { status, token } = await client.requestToken({
      ...jwtBearerForm(assertion),
      client_id: "transparent",
    });
    expect(status).toBe(200);
    expect(decodeJwt(token)).toMatchObject({ sub: "alice", client_id: "transparent" });
  });
});
