import { inspect } from "node:util";
import type { TokenEvent } from "@agent-oauth/core";
import type { MockSts } from "@agent-oauth/mock-sts";
import { createStsTokenSource, type StsActor, type StsTokenSourceOptions } from "@agent-oauth/sts";
import {
  clientSecretBasic,
  clientSecretPost,
  createClientCertificate,
  privateKeyJwt,
  tlsClientAuth,
} from "@agent-oauth/token-endpoint";
import type { CryptoKey } from "jose";
import { expect, onTestFinished } from "vitest";
import { openMock } from "../agent.test-support.ts";
import { base64Cores, partsOfJwt } from "../secret-traces.test-support.ts";
import { openOidcProvider } from "./oidc-provider.test-support.ts";
import { CLIENTS } from "./oidc-provider-setup.test-support.ts";

/** What users' and actors' tokens say besides, so that it can be searched for. */
const SENTINEL = "sentinel-within-a-claim-of-a-token-that-is-exchanged";

/** A judge, and what makes clients of it. */
export type ExchangeHarness = Awaited<ReturnType<typeof openExchangeHarness>>;

/** Opens an authorization server that exchanges tokens. Nothing of it outlives the test. */
export async function openExchangeHarness() {
  const authority = await openMock();
  const judge = await openOidcProvider(authority);
  onTestFinished(() => expect(judge.faults).toEqual([]));
  const events: TokenEvent[] = [];
  const signedIn: string[] = [];
  const signIn: typeof judge.assertion = async (claims) => {
    const token = await judge.assertion({ SENTINEL, ...claims });
    signedIn.push(token);
    return token;
  };
  return {
    authority,
    judge,
    signIn,
    events,
    /** Signs an actor in. */
    actor: async (sub: string): Promise<StsActor> => ({ name: sub, token: await signIn({ sub }) }),
    /** Makes one of the clients, known by its name. */
    exchanger(client: keyof typeof CLIENTS, options: Partial<StsTokenSourceOptions> = {}) {
      const source = createStsTokenSource({
        clientId: CLIENTS[client].clientId,
        ca: judge.ca,
        audienceMismatch: "error",
        clientAuthentication: AUTHENTICATIONS[client](authority, judge.clientKey),
        onEvent: (event) => void events.push(event),
        ...(options.issuer === undefined && { tokenEndpoint: judge.tokenEndpoint }),
        ...options,
      });
      onTestFinished(() => source.close());
      return source;
    },
    /** Searches the events, and what can be seen of other things, for what nobody may see. */
    expectNoSecret(...things: readonly unknown[]) {
      const seen = [...events, ...things].flatMap(allTextsOf);
      const tokens = [...signedIn, ...judge.issued].flatMap(partsOfToken);
      const sought = [...tokens, ...CLIENT_SECRETS, SENTINEL, ...base64Cores(SENTINEL)];
      expect(sought.filter((secret) => seen.some((text) => text.includes(secret)))).toEqual([]);
    },
  };
}

const CLIENT_SECRETS = [CLIENTS.basic.secret, CLIENTS.post.secret, "PRIVATE KEY"];

function partsOfToken(token: string): string[] {
  return token.includes(".") ? partsOfJwt(token) : [token];
}

function allTextsOf(thing: unknown): string[] {
  const shown = inspect(thing, { depth: 9, showHidden: true, getters: true });
  const stack = thing instanceof Error ? String(thing.stack) : "";
  return [shown, stack, JSON.stringify(thing), String(thing)];
}

const AUTHENTICATIONS = {
  mtls: ({ clientCertificate }: MockSts) =>
    tlsClientAuth(createClientCertificate(clientCertificate)),
  basic: () => clientSecretBasic(CLIENTS.basic.secret),
  post: () => clientSecretPost(CLIENTS.post.secret),
  signing: (_authority: MockSts, key: CryptoKey) => privateKeyJwt({ key, keyId: "client" }),
};
