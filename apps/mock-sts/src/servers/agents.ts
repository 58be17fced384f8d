import { checkNames, type KnownNames } from "../checks/known-names.ts";
import { pathSegment } from "./mcp-servers.ts";

/** An A2A agent behind the gateway: it sends back what it is sent. */
export interface AgentOptions {
  readonly name: string;
  /** Open Resource Discovery id; its colons stay as they are in the URL. */
  readonly ordId: string;
  readonly globalTenantId: string;
  /** Further fields of the card; they win over the others, and `undefined` takes a field out. */
  readonly card?: Readonly<Record<string, unknown>>;
}

/** An A2A agent as callers address it. */
export interface AgentInfo {
  readonly name: string;
  readonly ordId: string;
  readonly globalTenantId: string;
  /** Where messages go; its card is at this URL followed by `/.well-known/agent-card.json`. */
  readonly url: string;
}

/**
 * The provider's agents of a gateway that was not told otherwise: it shares ids with an MCP
 * server, as the customer flow looks for agents at the integration dependencies it has.
 */
export const defaultAgents: readonly AgentOptions[] = [
  {
    name: "cost-center-agent",
    ordId: "sap.mock:apiResource:cost-center:v1",
    globalTenantId: "250695",
  },
];

/** Returns the path of an agent below the gateway's URL. */
export function agentPath({ ordId, globalTenantId }: AgentOptions): string {
  return `/v1/a2a/${pathSegment(ordId)}/${pathSegment(globalTenantId)}`;
}

/** An agent that a path leads to: to its card, or to itself. */
export interface FoundAgent {
  readonly agent: AgentOptions;
  readonly part: "card" | "messages";
}

/** Finds the agent that a path names, percent-encoded or not. */
export function findAgent(agents: readonly AgentOptions[], path: string): FoundAgent | undefined {
  const wanted = canonical(path);
  for (const agent of agents) {
    const own = canonical(agentPath(agent));
    if (wanted === own) return { agent, part: "messages" };
    if (wanted === `${own}${cardPath}`) return { agent, part: "card" };
  }
  return undefined;
}

const cardPath = "/.well-known/agent-card.json";

/** Spells a path in one way, whatever of it was percent-encoded. */
function canonical(path: string): string | undefined {
  try {
    return path
      .split("/")
      .map((segment) => encodeURIComponent(decodeURIComponent(segment)))
      .join("/");
  } catch {
    return undefined;
  }
}

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
    const label = `Cannot serve agent ${JSON.stringify(agent?.name)}`;
    checkNames(agent, { start: `${label}:`, names: agentNames });
    for (const field of ["name", "ordId", "globalTenantId"] as const) {
      if (typeof agent[field] !== "string" || agent[field].trim() === "") {
        throw new TypeError(`${label}: "${field}" is blank`);
      }
    }
    const path = agentPath(agent);
    if (taken.has(agent.name)) throw new TypeError(`${label}: another agent has the same name`);
    if (taken.has(path)) throw new TypeError(`${label}: another agent has the same path`);
    taken.add(agent.name).add(path);
  }
}

const agentNames: KnownNames<AgentOptions> = {
  name: true,
  ordId: true,
  globalTenantId: true,
  card: true,
};
