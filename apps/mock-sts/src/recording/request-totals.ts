import type { RecordedRequest, RouteName } from "./recorded-request.ts";

/** Counts of the answered requests, also of those the recorder no longer keeps. */
export interface RequestTotals {
  readonly requests: number;
  /** Requests to any token endpoint. */
  readonly tokenRequests: number;
  /** Access tokens that they issued. */
  readonly tokensIssued: number;
  /** MCP requests that call a tool. */
  readonly toolCalls: number;
  /** Requests that a fault hit. */
  readonly faults: number;
}

/** Token requests to any token endpoint. */
const TOKEN_ROUTES: readonly RouteName[] = ["token", "xsuaa-token", "sts-token"];

/** Totals before the first request. */
export const NO_REQUESTS: RequestTotals = {
  requests: 0,
  tokenRequests: 0,
  tokensIssued: 0,
  toolCalls: 0,
  faults: 0,
};

/** Counts one more answered request. */
export function countRequest(totals: RequestTotals, request: RecordedRequest): RequestTotals {
  const one = (isCounted: boolean | undefined) => (isCounted ? 1 : 0);
  return {
    requests: totals.requests + 1,
    tokenRequests: totals.tokenRequests + one(TOKEN_ROUTES.includes(request.route)),
    tokensIssued: totals.tokensIssued + one(request.issued !== undefined),
    toolCalls: totals.toolCalls + one(request.mcp?.methods.includes("tools/call")),
    faults: totals.faults + one(request.fault !== undefined),
  };
}
