import {
  checkOptions,
  numberOption,
  type OptionNames,
  textOption,
} from "@agent-oauth/core/internal";
import type { EndpointRequest } from "./endpoint-request.ts";
import type { PolledGrant, TokenGrant } from "./token-grant.ts";

const TOKEN_GRANT: OptionNames<TokenGrant> = {
  grantType: true,
  parameters: true,
  requestedScope: true,
  idempotent: true,
  checkAudience: true,
};
const POLLED_GRANT: OptionNames<PolledGrant> = {
  grantType: true,
  parameters: true,
  requestedScope: true,
  lifetimeMs: true,
  intervalMs: true,
};
const ENDPOINT_REQUEST: OptionNames<EndpointRequest<unknown>> = {
  endpoint: true,
  parameters: true,
  idempotent: true,
  response: true,
};

/**
 * Checks the members of one token request and its options.
 *
 * @throws TypeError naming what is wrong.
 */
export function checkTokenGrant(grant: TokenGrant, options: object): void {
  checkMembers(grant, { doing: "request a token", names: TOKEN_GRANT });
  checkGrantType(grant.grantType, "request a token");
  checkCallOptions(options, "request a token");
}

/**
 * Checks the members of a poll and its options.
 *
 * @throws TypeError or RangeError naming what is wrong.
 */
export function checkPolledGrant(grant: PolledGrant, options: object): void {
  checkMembers(grant, { doing: "poll for a token", names: POLLED_GRANT });
  checkGrantType(grant.grantType, "poll for a token");
  checkDuration("lifetimeMs", grant.lifetimeMs);
  if (grant.intervalMs !== undefined) checkDuration("intervalMs", grant.intervalMs);
  checkCallOptions(options, "poll for a token");
}

/**
 * Checks the members of a request to an endpoint, and its options.
 *
 * @throws TypeError naming what is wrong.
 */
export function checkEndpointRequest(request: EndpointRequest<unknown>, options: object): void {
  const doing = "send a request";
  checkOptions(request, {
    required: true,
    doing,
    names: ENDPOINT_REQUEST,
    what: "the request",
    member: "member of a request",
  });
  if (!/^\w+_endpoint$/.test(request.endpoint)) {
    throw new TypeError(
      `Cannot ${doing}: "endpoint" must be the name of an endpoint in metadata, such as "token_endpoint"`,
    );
  }
  if (typeof request.response?.safeParse !== "function") {
    throw new TypeError(`Cannot ${doing}: "response" must be a schema`);
  }
  checkCallOptions(options, doing);
}

function checkMembers(
  grant: object,
  { doing, names }: { readonly doing: string; readonly names: Readonly<Record<string, true>> },
): void {
  checkOptions(grant, {
    doing,
    names,
    what: "the grant",
    member: "member of a grant",
    required: true,
  });
}

function checkCallOptions(options: object, doing: string): void {
  checkOptions(options, { doing, names: { signal: true } });
}

function checkGrantType(grantType: unknown, doing: string): void {
  textOption(grantType, { option: "grantType", doing });
}

function checkDuration(option: "lifetimeMs" | "intervalMs", value: unknown): void {
  const max = Number.MAX_SAFE_INTEGER;
  numberOption(value, { option, doing: "poll for a token", min: 1, max });
}
