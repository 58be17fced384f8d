import { Agent, request } from "node:https";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { CLIENT_CREDENTIALS_FORM, TestAgent } from "../../test-support/agent.ts";
import { type MockSts, startMockSts } from "../mock-sts.ts";
import type { CertificatePair } from "../tls/certificate-authority.ts";

const secret = "s%20 e+c:r/e=t&";

let mock: MockSts;
beforeAll(async () => {
  mock = await startMockSts({
    clients: [
      { clientId: "a:b/c+d", authentication: "client_secret_basic", clientSecret: secret },
      { clientId: "poster", authentication: "client_secret_post", clientSecret: secret },
      { clientId: "either", authentication: "client_secret", clientSecret: secret },
      { clientId: "transparent", authentication: "none" },
      { clientId: "commas", authentication: "tls_client_auth", subjectDn: "CN=a\\, b,O=c" },
    ],
  });
});
afterEach(() => mock.controls.reset());
afterAll(() => mock.close());

const { client_id: _, ...anonymousForm } = CLIENT_CREDENTIALS_FORM;

interface Attempt {
  readonly pair?: CertificatePair | null;
  readonly form?: Record<string, string>;
  readonly authorization?: string;
}

async function attempt({ pair = null, form = anonymousForm, authorization }: Attempt) {
  await using agent = new TestAgent(mock, pair);
  const headers: Record<string, string> = authorization ? { Authorization: authorization } : {};
  const response = await agent.requestToken(form, { headers });
  const challenge = response.headers.get("www-authenticate");
  return { status: response.status, error: response.body.error, challenge };
}

const ok = { status: 200, error: undefined, challenge: null };
const refused = { status: 401, error: "invalid_client", challenge: null };
const form = (more: Record<string, string>) => ({ ...anonymousForm, ...more });

function basic(user: string, password: string): string {
  const encode = (text: string) => new URLSearchParams([[text, ""]]).toString().slice(0, -1);
  return `Basic ${Buffer.from(`${encode(user)}:${encode(password)}`).toString("base64")}`;
}

describe("tls_client_auth (RFC 8705 §2.1)", () => {
  const agentForm = form({ client_id: "mock-agent" });

  it("knows the agent by its certificate, and by several at a time", async () => {
    const renewed = await mock.issueClientCertificate();
    expect(await attempt({ pair: mock.clientCertificate, form: agentForm })).toEqual(ok);
    expect(await attempt({ pair: renewed, form: agentForm })).toEqual(ok);
  });

  it("[8705-1] needs the client_id in addition to the certificate", async () => {
    expect(await attempt({ pair: mock.clientCertificate })).toEqual(refused);
  });

  it("[8705-6] responds to a connection without a certificate with an OAuth error", async () => {
    expect(await attempt({ pair: null, form: agentForm })).toEqual(refused);
  });

  it.each([
    ["of another subject", { subject: "CN=somebody,OU=Agents,O=Mock STS" }],
    [
      "with the subject's parts in another order",
      { subject: "O=Mock STS,OU=Agents,CN=mock-agent" },
    ],
    ["of a rogue authority of the same name", { rogue: true }],
    ["that has expired", { notAfter: Date.now() - 60_000 }],
    ["that is not yet valid", { notBefore: Date.now() + 3_600_000 }],
    ["for servers", { usage: "serverAuth" as const }],
  ])("[8705-2] refuses a certificate %s", async (_what, request) => {
    const pair = await mock.issueClientCertificate(request);
    expect(await attempt({ pair, form: agentForm })).toEqual(refused);
  });

  it("checks validity by the mock's clock", async () => {
    const pair = await mock.issueClientCertificate({ notAfter: Date.now() + 600_000 });
    mock.controls.clockOffsetMs = 500_000;
    expect(await attempt({ pair, form: agentForm })).toEqual(ok);
    mock.controls.clockOffsetMs = 700_000;
    expect(await attempt({ pair, form: agentForm })).toEqual(refused);
  });

  it("[8705-4] compares the subject as a name, not as text", async () => {
    const commas = form({ client_id: "commas" });
    const same = await mock.issueClientCertificate({ subject: "cn = A\\2C B, o=C" });
    expect(await attempt({ pair: same, form: commas })).toEqual(ok);
    const split = await mock.issueClientCertificate({ subject: "CN=a,CN=b,O=c" });
    expect(await attempt({ pair: split, form: commas })).toEqual(refused);
  });

  it("refuses a secret in place of the certificate's method", async () => {
    const pair = mock.clientCertificate;
    const withSecret = form({ client_id: "mock-agent", client_secret: "x" });
    expect(await attempt({ pair, form: withSecret })).toEqual(refused);
  });

  it("knows the certificate again when a TLS session is resumed", async () => {
    const { certificate: cert, key } = mock.clientCertificate;
    // Node's agent closes each connection and offers its session to the next one.
    const resuming = new Agent({ ca: mock.ca, cert, key, keepAlive: false });
    const headers = { "Content-Type": "application/x-www-form-urlencoded" };
    const post = () =>
      new Promise<number | undefined>((resolve, reject) => {
        const options = { method: "POST", agent: resuming, headers };
        const outgoing = request(mock.tokenEndpoint, options, (response) => {
          response.resume().on("end", () => resolve(response.statusCode));
        });
        outgoing.on("error", reject).end(new URLSearchParams(agentForm).toString());
      });
    expect([await post(), await post()]).toEqual([200, 200]);
    expect(mock.recorder.requests.at(-1)?.tls).toMatchObject({
      newSocket: true,
      sessionReused: true,
    });
  });
});

describe("client secrets (RFC 6749 §2.3)", () => {
  const basicChallenge = { ...refused, challenge: expect.stringMatching(/^Basic realm="[^"]+"/) };

  it("[6749-8] decodes what Basic carries as form-encoded text", async () => {
    expect(await attempt({ authorization: basic("a:b/c+d", secret) })).toEqual(ok);
  });

  it("takes a secret in either place from a client of client_secret, and a right one only", async () => {
    const post = (client_secret: string) => form({ client_id: "either", client_secret });
    expect(await attempt({ authorization: basic("either", secret) })).toEqual(ok);
    expect(await attempt({ form: post(secret) })).toEqual(ok);
    expect(await attempt({ authorization: basic("either", "wrong") })).toEqual(basicChallenge);
    expect(await attempt({ form: post("wrong") })).toEqual(refused);
    expect(await attempt({ form: form({ client_id: "either" }) })).toEqual(refused);
  });

  it("[6749-6] responds to failed Basic with 401 and a Basic challenge", async () => {
    for (const authorization of [
      basic("a:b/c+d", "wrong"),
      basic("a:b/c+d", ""),
      basic("nobody", secret),
      `Basic ${Buffer.from("a%zz:x").toString("base64")}`,
      "Basic !!!",
      "Bearer abc",
    ]) {
      expect(await attempt({ authorization })).toEqual(basicChallenge);
    }
  });

  it("[6749-6] takes a secret in the body, and refuses a wrong one without a challenge", async () => {
    const post = (clientSecret: string) =>
      attempt({ form: form({ client_id: "poster", client_secret: clientSecret }) });
    expect(await post(secret)).toEqual(ok);
    expect(await post("wrong")).toEqual(refused);
  });

  it("insists on the registered method", async () => {
    const inBody = form({ client_id: "a:b/c+d", client_secret: secret });
    expect(await attempt({ form: inBody })).toEqual(refused);
    expect(await attempt({ authorization: basic("poster", secret) })).toEqual(basicChallenge);
    expect(await attempt({ form: form({ client_id: "poster" }) })).toEqual(refused);
  });

  it("[6749-7] refuses two methods in one request, and two client ids", async () => {
    const authorization = basic("a:b/c+d", secret);
    const invalid = { status: 400, error: "invalid_request", challenge: null };
    const twoSecrets = form({ client_id: "a:b/c+d", client_secret: secret });
    expect(await attempt({ authorization, form: twoSecrets })).toEqual(invalid);
    const otherId = form({ client_id: "poster" });
    expect(await attempt({ authorization, form: otherId })).toEqual(invalid);
    expect(await attempt({ authorization, form: form({ client_id: "a:b/c+d" }) })).toEqual(ok);
  });

  it("refuses client assertions, which no client is registered for", async () => {
    const assertion = { client_id: "poster", client_assertion: "x" };
    expect(await attempt({ form: form(assertion) })).toEqual(refused);
  });
});

describe("clients without authentication", () => {
  it("takes a client that something outside vouches for", async () => {
    expect(await attempt({ form: form({ client_id: "transparent" }) })).toEqual(ok);
  });

  it("refuses one that sends a secret, an unknown one and none", async () => {
    const withSecret = form({ client_id: "transparent", client_secret: "x" });
    expect(await attempt({ form: withSecret })).toEqual(refused);
    expect(await attempt({ form: form({ client_id: "nobody" }) })).toEqual(refused);
    expect(await attempt({})).toEqual(refused);
  });
});
