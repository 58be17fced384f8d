import { redactedCause, TokenError } from "@agent-oauth/core";
import { checkedText, faultList } from "@agent-oauth/node";
import { z } from "zod";
import { pathSegmentFault } from "./path-segment.ts";

/** One MCP server that a customer agent may use: an API of one tenant. */
export interface IntegrationDependency {
  /** Open Resource Discovery id, such as `sap.mcpbuilder:apiResource:cost-center:v1`. */
  readonly ordId: string;
  readonly globalTenantId: string;
}

/** Finds the integration dependencies in place of the configured list, each time servers are listed. */
export type IntegrationDependencyResolver = (options: {
  readonly signal?: AbortSignal;
}) => readonly IntegrationDependency[] | Promise<readonly IntegrationDependency[]>;

/** A list of integration dependencies, as files, variables and resolvers give it; further members are dropped. */
export const integrationDependencies = z.array(
  z.object(
    { ordId: checkedText(pathSegmentFault), globalTenantId: checkedText(pathSegmentFault) },
    { error: "must be an object with ordId and globalTenantId" },
  ),
  { error: "must be a list of objects with ordId and globalTenantId" },
);

/**
 * Asks a resolver.
 *
 * @throws TokenError `ERR_TOKEN_PROVIDER` if it fails or yields something else; what it throws as a `TokenError`, and
 * the signal's reason, as they are.
 */
export async function resolveIntegrationDependencies(
  resolver: IntegrationDependencyResolver,
  { signal }: { readonly signal?: AbortSignal },
): Promise<readonly IntegrationDependency[]> {
  let answer: unknown;
  try {
    answer = await resolver(signal === undefined ? {} : { signal });
  } catch (error) {
    if (TokenError.isInstance(error)) throw error;
    signal?.throwIfAborted();
    throw failed("it threw", error);
  }
  const checked = integrationDependencies.safeParse(answer);
  if (checked.success) return checked.data;
  throw failed(faultList(checked.error, "its answer"));
}

function failed(reason: string, error?: unknown): TokenError {
  const message = `Cannot ask the resolver of integration dependencies: ${reason}`;
  return new TokenError("ERR_TOKEN_PROVIDER", message, { cause: redactedCause(error) });
}
