import { createServer } from "node:https";
import {
  clientSecretBasic,
  createTokenEndpoint,
  type EndpointRequest,
} from "@agent-oauth/token-endpoint";
import { exportJWK, generateKeyPair } from "jose";
import { errors, Provider } from "oidc-provider";
import { describe, expect, it, onTestFinished } from "vitest";
import { z } from "zod";
import { openMock } from "../agent.test-support.ts";
import { listenUntilTestEnds, serverIdentity } from "../server.test-support.ts";
import { TOKEN_SECONDS } from "./oidc-provider-setup.test-support.ts";

const CLIENT = { clientId: "agent:1", secret: "s3cret: with/odd+characters%" };
const CIBA = "urn:openid:params:grant-type:ciba";
/** How long a user may take to decide, in seconds. */
const REQUEST_SECONDS = 30;

/** Starts oidc-provider as a server that asks its users on another device (OpenID CIBA, poll mode), until the test ends. */
async function openBackchannel(decide: "approve" | "refuse" | "never") {
  const authority = await openMock();
  const server = createServer(await serverIdentity(authority));
  const issuer = `https://localhost:${await listenUntilTestEnds(server)}`;
  const asked: { readonly request: object; readonly accountId: string }[] = [];
  const provider: Provider = new Provider(issuer, {
    clients: [
      {
        client_id: CLIENT.clientId,
        client_secret: CLIENT.secret,
        grant_types: [CIBA],
        redirect_uris: [],
        response_types: [],
        backchannel_token_delivery_mode: "poll",
        id_token_signed_response_alg: "ES256",
      },
    ],
    adapter: memory(),
    jwks: { keys: [await signingKey()] },
    ttl: {
      BackchannelAuthenticationRequest: REQUEST_SECONDS,
      AccessToken: TOKEN_SECONDS,
      Grant: TOKEN_SECONDS,
      IdToken: TOKEN_SECONDS,
    },
    findAccount: (_ctx: unknown, accountId: string) => ({
      accountId,
      claims: () => ({ sub: accountId }),
    }),
    features: {
      devInteractions: { enabled: false },
      ciba: {
        enabled: true,
        deliveryModes: ["poll"],
        processLoginHint: (_ctx: unknown, hint: string) => hint,
        validateBindingMessage: () => {},
        validateRequestContext: () => {},
        verifyUserCode: () => {},
        triggerAuthenticationDevice: (
          _ctx: unknown,
          request: object,
          { accountId }: { readonly accountId: string },
        ) => void asked.push({ request, accountId }),
      },
    },
  });
  const faults: unknown[] = [];
  provider.on("server_error", (_ctx, error) => faults.push(error));
  onTestFinished(() => expect(faults).toEqual([]));
  const paths: string[] = [];
  const answer = provider.callback();
  server.on("request", (request, response) => {
    paths.push(request.url ?? "");
    answer(request, response);
  });
  const waits: number[] = [];
  const endpoint = createTokenEndpoint({
    issuer,
    ca: authority.ca,
    clientId: CLIENT.clientId,
    clientAuthentication: clientSecretBasic(CLIENT.secret),
    sleep: async (ms) => {
      // The user decides between the first and the second request for a token.
      if (waits.push(ms) !== 2) return;
      for (const { request, accountId } of asked) {
        if (decide === "approve") {
          const grant = new provider.Grant({ clientId: CLIENT.clientId, accountId });
          grant.addOIDCScope("openid");
          await provider.backchannelResult(request, await grant.save());
        } else if (decide === "refuse") {
          await provider.backchannelResult(request, new errors.AccessDenied());
        }
      }
    },
  });
  onTestFinished(() => endpoint.close());
  return { endpoint, waits, asked, paths };
}

type Backchannel = Awaited<ReturnType<typeof openBackchannel>>;

const acknowledgement = z.object({
  auth_req_id: z.string(),
  expires_in: z.number(),
  interval: z.number().default(5),
});

const authenticationRequest: EndpointRequest<z.output<typeof acknowledgement>> = {
  endpoint: "backchannel_authentication_endpoint",
  parameters: { scope: "openid", login_hint: "alice" },
  idempotent: false,
  response: acknowledgement,
};

async function askForApproval({ endpoint }: Backchannel) {
  const { auth_req_id, expires_in, interval } = await endpoint.post(authenticationRequest);
  expect(expires_in).toBe(REQUEST_SECONDS);
  return endpoint.poll({
    grantType: CIBA,
    parameters: { auth_req_id },
    requestedScope: ["openid"],
    lifetimeMs: expires_in * 1_000,
    intervalMs: interval * 1_000,
  });
}

describe("a grant of two steps against oidc-provider", () => {
  it("gets the token that a user approves meanwhile", async () => {
    const backchannel = await openBackchannel("approve");
    const token = await askForApproval(backchannel);
    expect(token).toMatchObject({ tokenType: "Bearer", scope: ["openid"] });
    expect(backchannel.asked).toMatchObject([{ accountId: "alice" }]);
    expect(backchannel.waits).toEqual([5_000, 5_000]);
    expect(backchannel.paths.slice(-3)).toEqual(["/backchannel", "/token", "/token"]);
  });

  it("is told that the user refuses", async () => {
    const failure = askForApproval(await openBackchannel("refuse"));
    await expect(failure).rejects.toMatchObject({
      code: "ERR_TOKEN_OAUTH",
      oauthError: "access_denied",
    });
  });

  it("is told that a request is unknown", async () => {
    const { endpoint } = await openBackchannel("never");
    const parameters = { auth_req_id: "unknown" };
    const failure = endpoint.poll({ grantType: CIBA, parameters, lifetimeMs: 60_000 });
    await expect(failure).rejects.toMatchObject({ oauthError: "invalid_grant" });
  });

  it("is told what the first step lacks", async () => {
    const { endpoint } = await openBackchannel("never");
    const failure = endpoint.post({ ...authenticationRequest, parameters: { scope: "openid" } });
    await expect(failure).rejects.toMatchObject({ oauthError: "invalid_request", status: 400 });
    await expect(failure).rejects.toThrow(/^Cannot use the backchannel authentication endpoint /);
  });
});

async function signingKey() {
  const { privateKey } = await generateKeyPair("ES256", { extractable: true });
  return { ...(await exportJWK(privateKey)), alg: "ES256", use: "sig", kid: "own" };
}

/** Keeps what the server issues, for as long as the test runs. */
function memory() {
  const stored = new Map<string, Record<string, unknown>>();
  return (model: string) => ({
    upsert: async (id: string, payload: Record<string, unknown>) =>
      void stored.set(`${model} ${id}`, payload),
    find: async (id: string) => stored.get(`${model} ${id}`),
    consume: async (id: string) =>
      void Object.assign(stored.get(`${model} ${id}`) ?? {}, { consumed: Date.now() / 1_000 }),
    destroy: async (id: string) => void stored.delete(`${model} ${id}`),
    revokeByGrantId: async () => {},
  });
}
