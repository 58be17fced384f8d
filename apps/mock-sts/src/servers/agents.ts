import { checkFields, type FieldKinds } from "../checks/fields.ts";
import { quotedName } from "../checks/quoted-name.ts";
import { canonicalPath, checkTarget, type TargetAddress, targetPath } from "./target-address.ts";

/** An A2A agent as callers address it. */
export interface AgentInfo {
  readonly name: string;
  readonly ordId: string;
  readonly globalTenantId: string;
  /** URL for messages; its card is at this URL followed by `/.well-known/agent-card.json`. */
  readonly url: string;
}

/**
 * The default agents of the provider. The agent has the ids of an MCP server, since the customer
 * flow looks for agents at its integration dependencies.
 */
export const DEFAULT_AGENTS: readonly AgentOptions[] = [
  {
    name: "cost-center-agent",
    ordId: "sap.mock:apiResource:cost-center:v1",
    globalTenantId: "250695",
  },
];

/** Returns the path of an agent below the gateway's URL. */
export function agentPath(agent: TargetAddress): string {
  return targetPath("a2a", agent);
}

/** The agent that a path leads to, or the card of the agent. */
export interface FoundAgent {
  readonly agent: AgentOptions;
  readonly part: "card" | "messages";
}

/** Finds the agent that a path names, percent-encoded or not. */
export function findAgent(agents: readonly AgentOptions[], path: string): FoundAgent | undefined {
  const wanted = canonicalPath(path);
  for (const agent of agents) {
    const own = canonicalPath(agentPath(agent));
    if (wanted === own) return { agent, part: "messages" };
    if (wanted === `${own}${CARD_PATH}`) return { agent, part: "card" };
  }
  return undefined;
}

/** An A2A agent behind the gateway: it sends every message back. */
export interface AgentOptions extends TargetAddress {
  /** Further fields of the card; they win over the others, and `undefined` removes a field. */
  readonly card?: Readonly<Record<string, unknown>>;
}

const CARD_PATH = "/.well-known/agent-card.json";

/** Returns the version of A2A that a request speaks; version 0.3 does not say so. */
export function a2aVersion({ headers }: Request): string {
  return headers.get("a2a-version") || "0.3";
}

/** Builds an agent's card with the fields that versions 0.3 and 1.0 of A2A ask for. */
export function agentCard(agent: AgentOptions, url: string): Readonly<Record<string, unknown>> {
  return {
    protocolVersion: "0.3.0",
    name: agent.name,
    description: `The agent ${agent.name} of a mock`,
    version: "1.0.0",
    url,
    preferredTransport: "JSONRPC",
    supportedInterfaces: [{ url, protocolBinding: "JSONRPC", protocolVersion: "1.0" }],
    capabilities: { streaming: false, pushNotifications: false },
    defaultInputModes: ["text/plain"],
    defaultOutputModes: ["text/plain"],
    skills: [{ id: "answer", name: "Answer", description: "Answers a question.", tags: ["mock"] }],
    ...agent.card,
  };
}

/**
 * Checks the agents of a gateway.
 *
 * @throws TypeError naming the agent and the option.
 */
export function checkAgents(agents: readonly AgentOptions[]): void {
  const taken = new Set<string>();
  for (const agent of agents) {
    const label = `Cannot serve agent ${quotedName(agent?.name)}`;
    checkFields(agent, { start: `${label}:`, names: AGENT_NAMES });
    checkTarget(agent, { label, noun: "agent", kind: "a2a", taken });
  }
}

const AGENT_NAMES: FieldKinds<AgentOptions> = {
  name: "text",
  ordId: "text",
  globalTenantId: "text",
  card: "members",
};
