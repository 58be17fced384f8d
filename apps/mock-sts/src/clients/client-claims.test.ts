import { decodeJwt } from "jose";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { StsAgent } from "../../test-support/sts-agent.ts";
import { type MockSts, startMockSts } from "../mock-sts.ts";
import { type ClientRegistration, registerClients } from "./clients.ts";

const client = (claims?: unknown): ClientRegistration =>
  ({ clientId: "app", authentication: "client_secret_post", clientSecret: "s", claims }) as never;

let mock: MockSts;
let agent: StsAgent;
beforeAll(async () => {
  mock = await startMockSts({
    clients: [client({ groups: ["hr"], app_tid: "other", deep: { a: [1] } })],
  });
  agent = new StsAgent(mock);
});
afterAll(async () => {
  await agent[Symbol.asyncDispose]();
  await mock.close();
});

const form = { client_id: "app", client_secret: "s" };
const claims = { groups: ["hr"], app_tid: "other", deep: { a: [1] } };

describe("the further claims of a client", () => {
  it("are in its tokens at each issuer, whatever the grant", async () => {
    const own = { ...form, grant_type: "client_credentials" };
    for (const url of [mock.tokenEndpoint, mock.sts.tokenEndpoint]) {
      const { token } = await agent.post(own, {}, url);
      expect(decodeJwt(token)).toMatchObject({ sub: "app", ...claims });
    }
    const subject_token = await mock.userToken({ sub: "alice" });
    const { token } = await agent.exchange({ ...form, subject_token, audience: "tickets" });
    expect(decodeJwt(token)).toMatchObject({ sub: "alice", aud: "tickets", ...claims });
  });

  it("are in no token of another client", async () => {
    await using owner = new StsAgent(mock, mock.clientCertificate);
    const { token } = await owner.requestToken();
    expect(decodeJwt(token)).not.toHaveProperty("groups");
  });

  it.each([
    "iss",
    "sub",
    "aud",
    "client_id",
    "azp",
    "iat",
    "nbf",
    "exp",
    "jti",
    "scope",
    "cnf",
    "act",
  ])("cannot hold %s, which the mock decides", (name) => {
    const refused = `Cannot register client "app": "claims" cannot hold ${name}`;
    expect(() => registerClients([client({ [name]: "x" })])).toThrow(refused);
  });

  it.each([null, [], "groups", 7])("cannot be %o", (given) => {
    expect(() => registerClients([client(given)])).toThrow('"claims" must be a plain object');
  });
});
