import type { RecordedRequest, RouteName } from "./recorded-request.ts";

/** Chooses requests; every given field must match. */
export interface RequestFilter {
  readonly listener?: RecordedRequest["listener"];
  readonly route?: RouteName;
  /** Subdomain of the tenant. */
  readonly tenant?: string;
  readonly method?: string;
  readonly status?: number;
  readonly grant?: string;
  readonly clientId?: string;
  readonly error?: string;
  /** Name of the A2A agent. */
  readonly agent?: string;
  /** Name of the MCP server. */
  readonly mcpServer?: string;
  /** A JSON-RPC method, such as `tools/call`. */
  readonly mcpMethod?: string;
  readonly tool?: string;
  /** A JSON-RPC method of A2A, such as `SendMessage`. */
  readonly a2aMethod?: string;
  /** A value of the parameter `audience` of a token request. */
  readonly audience?: string;
  /** Subject of the token the request carried: in a header, as an assertion or to be exchanged. */
  readonly subject?: string;
}

/** Tells whether a request is one that a filter asks for. */
export function matchesFilter(request: RecordedRequest, filter: RequestFilter): boolean {
  const subject = subjectOf(request);
  const facts: Required<Record<keyof RequestFilter, unknown>> = {
    ...{ listener: request.listener, route: request.route, method: request.method },
    ...{ status: request.status, grant: request.grant, clientId: request.clientId },
    ...{ tenant: request.tenant, agent: request.agent },
    ...{ error: request.error, mcpServer: request.mcp?.server, tool: request.mcp?.tool, subject },
    ...{ mcpMethod: undefined, a2aMethod: undefined, audience: undefined },
  };
  const { mcpMethod, a2aMethod, audience, ...rest } = filter;
  const audiences = [request.form?.audience ?? []].flat();
  if (audience !== undefined && !audiences.includes(audience)) return false;
  if (mcpMethod !== undefined && !request.mcp?.methods.includes(mcpMethod)) return false;
  if (a2aMethod !== undefined && !request.a2a?.methods.includes(a2aMethod)) return false;
  return Object.entries(rest).every(
    ([name, value]) => value === undefined || facts[name as keyof RequestFilter] === value,
  );
}

/** The user a request is for, or the client that acts for itself. */
function subjectOf({ userToken, bearer, assertion, subjectToken }: RecordedRequest): unknown {
  return (userToken ?? bearer ?? assertion ?? subjectToken)?.claims?.sub;
}
