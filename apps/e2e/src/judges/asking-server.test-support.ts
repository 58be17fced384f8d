import { createServer } from "node:https";
import type { MockSts } from "@agent-oauth/mock-sts";
import { listenUntilTestEnds, serverIdentity } from "../server.test-support.ts";
import { CLIENTS, RESOURCES } from "./oidc-provider-setup.test-support.ts";

/** The certificate of a server, and where and by what it asks for tokens. */
export interface AskingServerOptions {
  readonly authority: MockSts;
  readonly issuer: string;
  /** Trusts the authorization server. */
  readonly fetch: typeof globalThis.fetch;
}

/**
 * Starts a resource server that asks the authorization server about each token it gets (RFC 7662) and answers with whose
 * it is. It ends with the test.
 */
export async function openAskingServer({ authority, issuer, fetch }: AskingServerOptions) {
  const statuses: number[] = [];
  const server = createServer(await serverIdentity(authority), async (request, response) => {
    const token = request.headers.authorization?.replace("Bearer ", "") ?? "";
    const answer = await fetch(`${issuer}/token/introspection`, {
      method: "POST",
      headers: { authorization: asServer },
      body: new URLSearchParams({ token }),
    });
    const { active, aud, sub } = (await answer.json()) as Readonly<Record<string, unknown>>;
    const status = active === true && aud === RESOURCES.asking ? 200 : 401;
    statuses.push(status);
    response.writeHead(status).end(String(sub));
  });
  const url = `https://localhost:${await listenUntilTestEnds(server)}/`;
  return { url, statuses };
}

const { clientId, secret } = CLIENTS.basic;
const asServer = `Basic ${btoa([clientId, secret].map(encodeURIComponent).join(":"))}`;
