import { redactedCause, TokenError } from "@agent-oauth/core";
import { checkedText, checkValue } from "@agent-oauth/node/internal";
import { z } from "zod";
import { pathSegmentViolation } from "./path-segment.ts";

/** One MCP server that a customer agent may use: an API of one tenant. */
export interface IntegrationDependency {
  /** Open Resource Discovery id, such as `sap.mcpbuilder:apiResource:cost-center:v1`. */
  readonly ordId: string;
  readonly globalTenantId: string;
}

/**
 * Finds the integration dependencies in place of the configured list, each time that servers are listed. The signal ends
 * with the caller's wait.
 */
export type IntegrationDependencyResolver = (options: {
  readonly signal: AbortSignal;
}) => readonly IntegrationDependency[] | Promise<readonly IntegrationDependency[]>;

/** Tenant ids are digits, so some files have them as numbers; a larger number may have lost its last digits. */
const tenantId = z.preprocess((id, context) => {
  if (typeof id !== "number") return id;
  if (Number.isSafeInteger(id) && id >= 0) return String(id);
  context.addIssue(
    `must be a string, or a whole number from 0 to ${Number.MAX_SAFE_INTEGER} (a larger one as a string)`,
  );
  return z.NEVER;
}, checkedText(pathSegmentViolation));

/** The schema of a list of integration dependencies, as files, variables and resolvers give it; it drops further members. */
export const integrationDependencies = z.array(
  z.object(
    { ordId: checkedText(pathSegmentViolation), globalTenantId: tenantId },
    { error: "must be an object with ordId and globalTenantId" },
  ),
  { error: "must be a list of objects with ordId and globalTenantId" },
);

/**
 * Asks a resolver.
 *
 * @throws TokenError `ERR_TOKEN_PROVIDER` if it fails or yields something else. A `TokenError` of the resolver and the
 * signal's reason are thrown unchanged.
 */
export async function resolveIntegrationDependencies(
  resolver: IntegrationDependencyResolver,
  { signal }: { readonly signal: AbortSignal },
): Promise<readonly IntegrationDependency[]> {
  let resolved: unknown;
  try {
    resolved = await resolver({ signal });
  } catch (error) {
    if (TokenError.isInstance(error)) throw error;
    signal.throwIfAborted();
    throw failed("it threw", error);
  }
  const checked = checkValue(integrationDependencies, resolved, { whole: "its result" });
  if ("data" in checked) return checked.data;
  throw failed(checked.violations);
}

function failed(reason: string, error?: unknown): TokenError {
  const message = `Cannot ask the resolver of integration dependencies: ${reason}`;
  return new TokenError("ERR_TOKEN_PROVIDER", message, { cause: redactedCause(error) });
}
