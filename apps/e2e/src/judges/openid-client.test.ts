import { decodeJwt } from "jose";
import {
  ClientSecretBasic,
  type Configuration,
  clientCredentialsGrant,
  discovery,
  genericGrantRequest,
  ResponseBodyError,
} from "openid-client";
import { describe, expect, it } from "vitest";
import { rejection } from "../agent.test-support.ts";
import { secretClient, serverOf } from "./sts-clients.test-support.ts";
import { openTrustedMock } from "./trusted-mock.test-support.ts";

const { clientId, clientSecret } = secretClient;
const EXCHANGE = "urn:ietf:params:oauth:grant-type:token-exchange";
const JWT = "urn:ietf:params:oauth:token-type:jwt";

async function openIssuer(of: "ias" | "sts", algorithm: "oauth2" | "oidc" = "oauth2") {
  const mock = await openTrustedMock({ clients: [{ ...secretClient, scopes: ["read", "write"] }] });
  const issuer = new URL(of === "ias" ? mock.issuer : mock.sts.issuer);
  const authentication = ClientSecretBasic(clientSecret);
  const configuration = await discovery(issuer, clientId, undefined, authentication, { algorithm });
  return { mock, configuration };
}

function exchange(configuration: Configuration, form: Record<string, string>) {
  return genericGrantRequest(configuration, EXCHANGE, { subject_token_type: JWT, ...form });
}

describe("openid-client as a client of the mock", () => {
  it.each(["oauth2", "oidc"] as const)(
    "finds both issuers by the metadata of %s",
    async (algorithm) => {
      for (const of of ["ias", "sts"] as const) {
        const { mock, configuration } = await openIssuer(of, algorithm);
        const { issuer, token_endpoint } = configuration.serverMetadata();
        const expected = of === "ias" ? mock : mock.sts;
        expect({ issuer, token_endpoint }).toEqual({
          issuer: expected.issuer,
          token_endpoint: expected.tokenEndpoint,
        });
      }
    },
  );

  it("gets a token by client credentials", async () => {
    const { configuration } = await openIssuer("ias");
    const answer = await clientCredentialsGrant(configuration, { scope: "read" });
    // Not `expiresIn()`, which counts down.
    expect(answer.expires_in).toBe(3_600);
    expect(decodeJwt(answer.access_token)).toMatchObject({ client_id: clientId, scope: "read" });
  });

  it("exchanges a user's token, for an audience and for a resource", async () => {
    const { mock, configuration } = await openIssuer("sts");
    const subject_token = await mock.userToken({ sub: "alice" });
    const { url } = serverOf(mock, "payroll");
    for (const target of [{ audience: "tickets" }, { resource: url }]) {
      const answer = await exchange(configuration, { subject_token, ...target });
      expect(answer.issued_token_type).toBe("urn:ietf:params:oauth:token-type:access_token");
      const [aud] = Object.values(target);
      expect(decodeJwt(answer.access_token)).toMatchObject({ sub: "alice", aud });
    }
  });

  it("reads the code of a refusal", async () => {
    const { mock, configuration } = await openIssuer("sts");
    const subject_token = await mock.userToken({ sub: "alice" });
    const cases = [
      [{ subject_token, audience: "unknown" }, "invalid_target"],
      [{ subject_token: "spoilt" }, "invalid_request"],
    ] as const;
    for (const [form, error] of cases) {
      const failure = await rejection(exchange(configuration, form));
      expect(failure).toBeInstanceOf(ResponseBodyError);
      expect(failure).toMatchObject({ error, status: 400 });
    }
  });
});
