import {
  bearerFetch,
  parseChallenge,
  TokenError,
  type TokenRequest,
  type TokenSource,
} from "@agent-oauth/core";
import type { AgentRef, GatewayFlow } from "@agent-oauth/core/gateway";
import { boundedText, dropBody } from "@agent-oauth/core/internal";
import type { ClientSettings } from "../client-options.ts";
import { mcpFailure } from "../session/mcp-failure.ts";
import { secureEndpoint } from "../session/secure-endpoint.ts";
import { SessionCall } from "../session/session-call.ts";
import { SessionTokenSource } from "../session/session-token-source.ts";

/** An A2A agent and the card it shows. */
export interface AgentCard {
  /** As the card says. */
  readonly name: string;
  readonly agent: AgentRef;
  /** The whole card as the agent wrote it: untrusted JSON. */
  readonly card: Readonly<Record<string, unknown>>;
}

/** How {@link readAgentCard} asks. */
export interface ReadAgentCardOptions {
  readonly flow: GatewayFlow;
  readonly tokens: TokenSource;
  readonly request: TokenRequest;
  readonly settings: ClientSettings;
  /** Completes "Cannot …". */
  readonly doing: string;
  readonly signal: AbortSignal;
}

/** A longer response is not a card: cards take a few kilobytes. 1 MiB. */
const MAX_CARD_BYTES = 1_048_576;

/**
 * Reads the card of an agent, presenting a token.
 *
 * @returns `undefined` if the agent is optional and has no card.
 * @see {@link https://a2a-protocol.org/latest/specification/ A2A, agent discovery}
 */
export async function readAgentCard(
  agent: AgentRef,
  options: ReadAgentCardOptions,
): Promise<AgentCard | undefined> {
  const { flow, tokens, request, settings, doing, signal } = options;
  const url = secureEndpoint(agent.url, settings);
  url.pathname = `${url.pathname.replace(/(?<!\/)\/+$/, "")}/.well-known/agent-card.json`;
  const cardTokens = new SessionTokenSource({ tokens, url, allowOrigins: settings.allowOrigins });
  const fetch = bearerFetch(cardTokens, {
    resource: url,
    fetch: (input, init) => flow.fetch(input, init),
    allowInsecureHosts: settings.allowInsecureHosts,
  });
  const call = new SessionCall({ request, signal });
  try {
    // The body is read within the call: its signal ends the transfer.
    return await cardTokens.during(call, async (signal) => {
      const response = await fetch(url, { signal });
      if (!response.ok) {
        dropBody(response.body);
        if (response.status === 404 && agent.optional === true) return undefined;
        throw mcpFailure({ status: response.status }, doing, parseChallenge(response));
      }
      const text = (await boundedText(response.body, MAX_CARD_BYTES)) ?? "";
      return { agent, ...namedCard(JSON.parse(text), doing) };
    });
  } catch (error) {
    throw call.failure === undefined ? mcpFailure(error, doing) : call.failure.error;
  }
}

function namedCard(card: unknown, doing: string): Omit<AgentCard, "agent"> {
  if (
    typeof card === "object" &&
    card !== null &&
    "name" in card &&
    typeof card.name === "string"
  ) {
    return { name: card.name, card: { ...card } };
  }
  throw new TokenError("ERR_TOKEN_RESPONSE", `Cannot ${doing}: it is not an object with a name`);
}
