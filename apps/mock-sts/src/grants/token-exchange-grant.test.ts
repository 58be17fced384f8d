import { randomUUID } from "node:crypto";
import {
  type CryptoKey,
  decodeJwt,
  decodeProtectedHeader,
  exportJWK,
  generateKeyPair,
  type JSONWebKeySet,
  type JWTPayload,
  SignJWT,
  UnsecuredJWT,
} from "jose";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { CLIENT_CREDENTIALS_FORM, jwtBearerForm, TestAgent } from "../../test-support/agent.ts";
import { StsAgent, type StsForm, typeUrn } from "../../test-support/sts-agent.ts";
import { type MockSts, startMockSts } from "../mock-sts.ts";
import type { StsOptions } from "../options/sts-options.ts";

const trustedIssuer = "https://idp.example";

let trusted: { readonly key: CryptoKey; readonly jwks: JSONWebKeySet };
let mock: MockSts;
let agent: StsAgent;
beforeAll(async () => {
  const { privateKey: key, publicKey } = await generateKeyPair("RS256");
  trusted = { key, jwks: { keys: [{ ...(await exportJWK(publicKey)), kid: "idp-1" }] } };
  mock = await startMock();
  agent = new StsAgent(mock);
});
afterEach(() => mock.controls.reset());
afterAll(async () => {
  await agent[Symbol.asyncDispose]();
  await mock.close();
});

function startMock(sts: StsOptions = {}): Promise<MockSts> {
  const picky = { issuer: "https://picky.example", jwks: trusted.jwks, audience: "sts" };
  const trustedIssuers = [{ issuer: trustedIssuer, jwks: trusted.jwks }, picky];
  return startMockSts({
    sts: { publicClient: true, trustedIssuers, ...sts },
    clients: [{ clientId: "requester", authentication: "none" }],
  });
}

async function outcome(fields: StsForm, client = agent) {
  const { status, body } = await client.exchange(fields);
  return status === 200 ? 200 : [status, body.error];
}

const invalidRequest = [400, "invalid_request"];

const userToken = (claims: Record<string, unknown> = {}, of = mock) =>
  of.userToken({ sub: "alice", claims });

/** A token of the trusted issuer. */
function foreignToken(claims: JWTPayload = {}, header = {}, key = trusted.key): Promise<string> {
  const now = Math.floor(Date.now() / 1000);
  const payload = { iss: trustedIssuer, sub: "carol", aud: "app", exp: now + 600, ...claims };
  return new SignJWT(payload)
    .setProtectedHeader({ alg: "RS256", kid: "idp-1", typ: "JWT", ...header })
    .sign(key);
}

async function exchanged(fields: StsForm, client = agent) {
  const { status, body, token } = await client.exchange(fields);
  expect({ status, error: body.error_description }).toEqual({ status: 200, error: undefined });
  return { body, claims: decodeJwt(token), header: decodeProtectedHeader(token) };
}

const actorFields = async (sub = "agent", claims: Record<string, unknown> = {}) => ({
  actor_token: await mock.userToken({ sub, claims }),
  actor_token_type: typeUrn("jwt"),
});

describe("the form of an exchange (RFC 8693 §2.1)", () => {
  it.each(["subject_token", "subject_token_type"])("[8693-1] needs %s", async (name) => {
    const fields = { subject_token: await userToken(), subject_token_type: typeUrn("jwt") };
    expect(await outcome(fields)).toBe(200);
    expect(await outcome({ ...fields, [name]: undefined })).toEqual(invalidRequest);
  });

  it("[8693-2] takes an actor token and its type together only", async () => {
    const subject = { subject_token: await userToken() };
    const actor = await actorFields();
    expect(await outcome({ ...subject, ...actor })).toBe(200);
    for (const half of Object.keys(actor)) {
      expect(await outcome({ ...subject, ...actor, [half]: undefined })).toEqual(invalidRequest);
    }
  });

  it.each(["subject_token", "actor_token", "scope"])("takes %s once only", async (name) => {
    const fields: StsForm = { subject_token: await userToken(), ...(await actorFields()) };
    const twice = [fields[name] ?? "a", fields[name] ?? "b"].flat();
    expect(await outcome({ ...fields, [name]: twice })).toEqual(invalidRequest);
  });

  it("ignores what it does not know, and takes empty for absent", async () => {
    const fields = { subject_token: await userToken(), response_type: "token", x: ["1", ""] };
    expect(await outcome({ ...fields, x: "1", audience: "", scope: "", actor_token: "" })).toBe(
      200,
    );
  });

  it.each([typeUrn("refresh_token"), typeUrn("saml1"), typeUrn("saml2"), "jwt"])(
    "refuses subject and actor tokens of the type %s",
    async (type) => {
      const subject = { subject_token: await userToken() };
      expect(await outcome({ ...subject, subject_token_type: type })).toEqual(invalidRequest);
      const actor = { ...(await actorFields()), actor_token_type: type };
      expect(await outcome({ ...subject, ...actor })).toEqual(invalidRequest);
    },
  );
});

describe("subject and actor tokens (RFC 8693 §2.2.2)", () => {
  it("takes users' tokens, id tokens, access tokens and those of trusted issuers", async () => {
    await using customer = new TestAgent(mock);
    const form = jwtBearerForm(await userToken());
    const boundToken = await customer.requestToken(form);
    await using bound = new StsAgent(mock, mock.clientCertificate);
    const opaque = await customer.requestToken({ ...form, token_format: "opaque" });
    const { body } = await agent.exchange({ subject_token: await userToken() });
    const good: [string, string, StsAgent][] = [
      [await userToken(), "jwt", agent],
      [await userToken(), "id_token", agent],
      [String(body.access_token), "access_token", agent],
      [String(body.access_token), "jwt", agent],
      [boundToken.token, "access_token", bound],
      [opaque.token, "access_token", bound],
      [await foreignToken(), "jwt", agent],
      [await foreignToken(), "access_token", agent],
      [await foreignToken({}, { typ: "at+jwt" }), "access_token", agent],
      [await foreignToken({ iss: "https://picky.example", aud: ["x", "sts"] }), "jwt", agent],
    ];
    for (const [token, type, client] of good) {
      // Only the client that a bound token was issued to can use it.
      const client_id = client === bound ? mock.clientId : undefined;
      const fields = { client_id, subject_token: token, subject_token_type: typeUrn(type) };
      expect(await outcome(fields, client)).toBe(200);
    }
  });

  it("[8705-16] takes a bound token from its client with its certificate only", async () => {
    await using customer = new TestAgent(mock);
    const subject_token = (await customer.requestToken()).token;
    const fields = { subject_token, subject_token_type: typeUrn("access_token") };
    await using holder = new StsAgent(mock, mock.clientCertificate);
    await using renewed = new StsAgent(mock, await mock.issueClientCertificate());
    const byAgent = { ...fields, client_id: mock.clientId };
    expect(await outcome(byAgent, holder)).toBe(200);
    expect(await outcome(byAgent, renewed)).toEqual(invalidRequest);
    expect(await outcome({ ...fields, client_id: "requester" }, holder)).toEqual(invalidRequest);
    expect(await outcome({ ...fields, client_id: "requester" })).toEqual(invalidRequest);
  });

  /** Tokens that must be refused, each for one reason. */
  const badTokens: Record<string, () => Promise<string>> = {
    "is not a JWT": async () => "no-jwt",
    "has parts of nothing": async () => "a.b.c",
    "has expired": () => mock.userToken({ sub: "alice", expiresInMs: -1_000 }),
    "has no end": () => userToken({ exp: undefined }),
    "has no subject": () => userToken({ sub: undefined }),
    "has a blank subject": () => userToken({ sub: " " }),
    "has a subject that is not a string": () => userToken({ sub: 5 }),
    "begins later": () => userToken({ nbf: Math.floor(Date.now() / 1000) + 600 }),
    "is of an unknown issuer": () => userToken({ iss: "https://nobody.example" }),
    "has no issuer": () => userToken({ iss: undefined }),
    "is of an issuer with another ending": () => userToken({ iss: `${mock.issuer}/` }),
    "says it is another issuer's": () => userToken({ iss: trustedIssuer }),
    "is signed with an unknown key": async () => {
      const { privateKey } = await generateKeyPair("RS256");
      return foreignToken({}, {}, privateKey);
    },
    "has an unknown kid": () => foreignToken({}, { kid: "idp-2" }),
    "is of a trusted issuer, for others": () => foreignToken({ iss: "https://picky.example" }),
    "is not signed": async () => new UnsecuredJWT(decodeJwt(await userToken())).encode(),
    "is signed with the public key as a secret": async () => {
      const secret = new TextEncoder().encode(JSON.stringify(trusted.jwks.keys[0]));
      return new SignJWT(decodeJwt(await foreignToken()))
        .setProtectedHeader({ alg: "HS256", kid: "idp-1" })
        .sign(secret);
    },
    "was changed": async () => {
      const [header, , signature] = (await userToken()).split(".");
      const other = (await mock.userToken({ sub: "mallory" })).split(".")[1];
      return [header, other, signature].join(".");
    },
    "is an access token that was revoked": async () => {
      const { token } = await agent.exchange({ subject_token: await userToken() });
      mock.controls.revoke({ token });
      return token;
    },
    "is bound to a certificate that was not sent": async () => {
      await using customer = new TestAgent(mock);
      return (await customer.requestToken(CLIENT_CREDENTIALS_FORM)).token;
    },
    "is a service token of XSUAA": async () => {
      const { clientid, clientsecret = "", url } = mock.destinationBinding();
      const form = { grant_type: "client_credentials", client_id: clientid };
      const body = new URLSearchParams({ ...form, client_secret: clientsecret });
      const response = await agent.fetch(`${url}/oauth/token`, { method: "POST", body });
      return ((await response.json()) as { access_token: string }).access_token;
    },
    "is an ID-JAG": async () => {
      const { body } = await agent.exchange({
        subject_token: await userToken(),
        audience: mock.sts.issuer,
        requested_token_type: typeUrn("id-jag"),
      });
      return String(body.access_token);
    },
  };

  it.each(Object.entries(badTokens))("[8693-3] refuses one that %s", async (_fault, make) => {
    const bad = await make();
    expect(bad).not.toBe("");
    expect(await outcome({ subject_token: bad })).toEqual(invalidRequest);
    const actor = { actor_token: bad, actor_token_type: typeUrn("jwt") };
    const subject = { subject_token: await userToken() };
    const { status, body } = await agent.exchange({ ...subject, ...actor });
    expect([status, body.error]).toEqual(invalidRequest);
    expect(body.error_description).toMatch(/^the actor token [\x20-\x21\x23-\x5b\x5d-\x7e]+$/);
  });

  it("refuses a token that is not of the type it is said to be", async () => {
    const access = (await agent.exchange({ subject_token: await userToken() })).token;
    for (const [subject_token, type] of [
      [await userToken(), "access_token"],
      [access, "id_token"],
      [await foreignToken({}, { typ: "at+jwt" }), "id_token"],
    ] as const) {
      const fields = { subject_token, subject_token_type: typeUrn(type) };
      expect(await outcome(fields)).toEqual(invalidRequest);
    }
  });

  it("checks the expiry of a token by its own clock", async () => {
    const fields = { subject_token: await mock.userToken({ sub: "alice", expiresInMs: 60_000 }) };
    mock.controls.clockOffsetMs = 50_000;
    expect(await outcome(fields)).toBe(200);
    mock.controls.clockOffsetMs = 70_000;
    expect(await outcome(fields)).toEqual(invalidRequest);
  });

  it("[8693-19] takes one for anybody, unless it must be for the requester", async () => {
    await using strict = await startMock({ subjectForRequester: true });
    await using client = new StsAgent(strict);
    const forOther = await userToken({ aud: "somebody" }, strict);
    expect(await outcome({ subject_token: await userToken({ aud: "somebody" }) })).toBe(200);
    expect(await outcome({ subject_token: forOther }, client)).toEqual(invalidRequest);
    for (const aud of ["requester", strict.sts.issuer, ["x", strict.sts.tokenEndpoint]]) {
      const fields = { subject_token: await userToken({ aud }, strict), client_id: "requester" };
      expect(await outcome(fields, client)).toBe(200);
    }
  });
});

describe("impersonation and delegation (RFC 8693 §1.1 and §4.1)", () => {
  it("[8693-13] keeps the subject and names no actor without one", async () => {
    const { claims } = await exchanged({ subject_token: await userToken() });
    expect(claims).toMatchObject({ sub: "alice", iss: mock.sts.issuer });
    expect(claims).not.toHaveProperty("act");
  });

  it("[8693-13] [8693-16] names the actor by its identity, and by nothing else of its token", async () => {
    const more = { client_id: "runtime", nbf: 1, aud: "x", email: "agent@example.com" };
    const actor = await actorFields("agent", more);
    const { claims } = await exchanged({ subject_token: await userToken(), ...actor });
    expect(claims.sub).toBe("alice");
    expect(claims.act).toEqual({ sub: "agent", iss: mock.issuer, client_id: "runtime" });
  });

  it("[8693-14] [8693-16] nests those who acted before, by their identity only", async () => {
    let subject = await userToken();
    for (const sub of ["first", "second", "third"]) {
      subject = (await agent.exchange({ subject_token: subject, ...(await actorFields(sub)) }))
        .token;
    }
    const iss = mock.issuer;
    const act = { sub: "third", iss, act: { sub: "second", iss, act: { sub: "first", iss } } };
    expect(decodeJwt(subject).act).toEqual(act);
    const polluted = { sub: "first", exp: 1, aud: "x", act: { sub: "zeroth", nbf: 5 } };
    const fields = { subject_token: await userToken({ act: polluted }) };
    const { claims } = await exchanged({ ...fields, ...(await actorFields("second")) });
    expect(claims.act).toEqual({
      sub: "second",
      iss,
      act: { sub: "first", act: { sub: "zeroth" } },
    });
    // Without an actor of its own, an exchange hides no earlier actor.
    expect((await exchanged(fields)).claims.act).toEqual({ sub: "first", act: { sub: "zeroth" } });
  });

  it("[8693-14] lets as many act as it is told", async () => {
    await using short = await startMock({ maxActors: 2 });
    await using client = new StsAgent(short);
    const one = await userToken({ act: { sub: "first" } }, short);
    const two = await userToken({ act: { sub: "second", act: { sub: "first" } } }, short);
    const actor = { actor_token: await userToken({}, short), actor_token_type: typeUrn("jwt") };
    expect(await outcome({ subject_token: one, ...actor }, client)).toBe(200);
    expect(await outcome({ subject_token: two, ...actor }, client)).toEqual(invalidRequest);
  });

  it.each([["a name"], [["first"]], [{}], [{ sub: 5 }], [{ sub: "a", act: "b" }]])(
    "refuses a subject token whose act is %j",
    async (act) => {
      const fields = { subject_token: await userToken({ act }) };
      expect(await outcome(fields)).toEqual(invalidRequest);
    },
  );
});

describe("may_act (RFC 8693 §4.4)", () => {
  const may = async (mayAct: unknown, actor: StsForm | undefined = undefined) => {
    const subject = { subject_token: await userToken({ may_act: mayAct }), client_id: "requester" };
    return outcome({
      ...subject,
      ...(actor ?? (await actorFields("agent", { client_id: "app" }))),
    });
  };

  it("[8693-17] must be met by the actor in all that identifies it", async () => {
    const iss = mock.issuer;
    for (const mayAct of [
      { sub: "agent" },
      { sub: "agent", iss },
      { sub: "agent", iss, client_id: "app" },
      { sub: "agent", exp: 1, nbf: 1, aud: "of no meaning" },
      { client_id: "app" },
    ]) {
      expect(await may(mayAct)).toBe(200);
    }
    for (const mayAct of [
      { sub: "other" },
      { sub: "agent", iss: trustedIssuer },
      { sub: "agent", iss, client_id: "other" },
      { sub: "agent", department: "unknown to the actor's token" },
    ]) {
      expect(await may(mayAct)).toEqual(invalidRequest);
    }
  });

  it.each([["agent"], [["agent"]], [null], [{}], [{ exp: 1 }], [5]])(
    "refuses %j, which names no party",
    async (mayAct) => {
      expect(await may(mayAct)).toEqual(invalidRequest);
    },
  );

  it("holds for the client without an actor", async () => {
    const none: StsForm = {};
    expect(await may({ client_id: "requester" }, none)).toBe(200);
    expect(await may({ sub: "requester" }, none)).toBe(200);
    expect(await may({ sub: "agent" }, none)).toEqual(invalidRequest);
  });

  it("[8693-17] may be missing, unless it is required", async () => {
    await using strict = await startMock({ mayAct: "required" });
    await using client = new StsAgent(strict);
    const actor = { actor_token: await userToken({}, strict), actor_token_type: typeUrn("jwt") };
    const without = { subject_token: await userToken({}, strict), ...actor };
    expect(await outcome(without, client)).toEqual(invalidRequest);
    const named = await strict.userToken({ sub: "bob", claims: { may_act: { sub: "alice" } } });
    expect(await outcome({ ...without, subject_token: named }, client)).toBe(200);
  });
});

describe("the issued access token (RFC 9068)", () => {
  it("[8693-18] [9068-2] says all that one must say", async () => {
    const fields = { subject_token: await userToken(), client_id: "requester" };
    const { claims, header } = await exchanged({ ...fields, audience: "tickets" });
    expect(header).toMatchObject({ typ: "at+jwt", alg: "ES256" });
    expect(claims).toEqual({
      iss: mock.sts.issuer,
      sub: "alice",
      aud: "tickets",
      client_id: "requester",
      azp: "requester",
      iat: expect.any(Number),
      exp: expect.any(Number),
      jti: expect.any(String),
    });
  });

  it("[9068-4] is for the default audience where no target is named", async () => {
    await using named = await startMock({ defaultAudience: "everything" });
    await using client = new StsAgent(named);
    const fields = { subject_token: await userToken({}, named) };
    expect((await exchanged(fields, client)).claims.aud).toBe("everything");
    expect((await exchanged({ subject_token: await userToken() })).claims.aud).toBe(
      "mock-default-audience",
    );
  });

  it("[8693-21] does not outlive the subject token, nor the lifetime that is set", async () => {
    const subject = await mock.userToken({ sub: "alice", expiresInMs: 60_000 });
    const { claims, body } = await exchanged({ subject_token: subject });
    expect(claims.exp).toBe(decodeJwt(subject).exp);
    expect(body.expires_in).toBe((claims.exp ?? 0) - (claims.iat ?? 0));
    mock.controls.tokenLifetimeMs = 5_000;
    expect((await exchanged({ subject_token: subject })).body.expires_in).toBe(5);
  });

  it("is another one each time", async () => {
    const fields = { subject_token: await userToken() };
    const one = await exchanged(fields);
    const two = await exchanged(fields);
    expect(one.claims.jti).not.toBe(two.claims.jti);
  });

  it("keeps trusted issuers' subjects", async () => {
    const sub = randomUUID();
    const { claims } = await exchanged({ subject_token: await foreignToken({ sub }) });
    expect(claims.sub).toBe(sub);
  });
});
