import type { RecordedRequest } from "./recorded-request.ts";
import type { RequestFilter } from "./request-match.ts";

/** Tells whether a request matches a filter. */
export function matchesFilter(request: RecordedRequest, filter: RequestFilter): boolean {
  return Object.entries(filter).every(([name, wanted]) => {
    const fact = FACTS[name as keyof RequestFilter] as (
      it: RecordedRequest,
      wanted: unknown,
    ) => boolean;
    return wanted === undefined || fact(request, wanted);
  });
}

type Facts = {
  readonly [K in keyof RequestFilter]-?: (
    request: RecordedRequest,
    wanted: NonNullable<RequestFilter[K]>,
  ) => boolean;
};

const FACTS: Facts = {
  listener: ({ listener }, wanted) => listener === wanted,
  route: ({ route }, wanted) => route === wanted,
  tenant: ({ tenant }, wanted) => tenant === wanted,
  issuer: ({ issuer }, wanted) => issuer === wanted,
  method: ({ method }, wanted) => method === wanted,
  status: ({ status }, wanted) => status === wanted,
  grant: ({ grant }, wanted) => grant === wanted,
  clientId: ({ clientId }, wanted) => clientId === wanted,
  error: ({ error }, wanted) => error === wanted,
  agent: ({ agent }, wanted) => agent === wanted,
  mcpServer: ({ mcp }, wanted) => mcp?.server === wanted,
  mcpMethod: ({ mcp }, wanted) => mcp?.methods.includes(wanted) ?? false,
  a2aMethod: ({ a2a }, wanted) => a2a?.methods.includes(wanted) ?? false,
  tool: ({ mcp }, wanted) => mcp?.tool === wanted,
  audience: ({ form }, wanted) => [form?.audience ?? []].flat().includes(wanted),
  resource: ({ form }, wanted) => [form?.resource ?? []].flat().includes(wanted),
  subject: (request, wanted) => subjectOf(request) === wanted,
  sinceId: ({ id }, wanted) => id > wanted,
  sinceAnswerId: ({ answerId = 0 }, wanted) => answerId > wanted,
};

/** Returns the user that a request is for, or the client that acts for itself. */
function subjectOf({ userToken, bearer, assertion, subjectToken }: RecordedRequest): unknown {
  return (userToken ?? bearer ?? assertion ?? subjectToken)?.claims?.sub;
}
