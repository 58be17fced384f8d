import type { JWTPayload } from "jose";
import { a2aVersion, agentCard, agentPath, type FoundAgent } from "../servers/agents.ts";
import { createEchoAgent } from "../servers/echo-agent.ts";
import type { Tenant } from "../tenants/tenant.ts";

/** An authorized request to an agent. */
export interface AgentRequest {
  readonly request: Request;
  readonly body: string;
  readonly part: FoundAgent["part"];
  /** Claims of the access token. */
  readonly claims: JWTPayload;
}

/** Handles authorized requests to one A2A agent and for its card. */
export type AgentEndpoint = (request: AgentRequest) => Promise<Response>;

/** Creates the endpoints of a tenant's agents, by their names. */
export function createAgentEndpoints(
  tenant: Pick<Tenant, "agents" | "gatewayUrl">,
): ReadonlyMap<string, AgentEndpoint> {
  return new Map(
    tenant.agents.map((agent) => {
      const url = `${tenant.gatewayUrl}${agentPath(agent)}`;
      return [agent.name, createAgentEndpoint(agentCard(agent, url), createEchoAgent(url))];
    }),
  );
}

function createAgentEndpoint(
  card: ReturnType<typeof agentCard>,
  agent: ReturnType<typeof createEchoAgent>,
): AgentEndpoint {
  return async ({ request, body, part, claims }) => {
    const method = part === "card" ? "GET" : "POST";
    if (request.method !== method) {
      return new Response(null, { status: 405, headers: { Allow: method } });
    }
    if (part === "card") return Response.json(card);
    return Response.json(await agent({ body, version: a2aVersion(request) }, claims));
  };
}
