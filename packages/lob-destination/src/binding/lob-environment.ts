import { TokenError } from "@agent-oauth/core";
import type { Environment, EnvironmentOptions } from "@agent-oauth/node";
import { environmentVariable } from "@agent-oauth/node/internal";
import type { TenantTokenUrl } from "../destination-service/tenant-token-url.ts";

const LANDSCAPE = "APPFND_CONHOS_LANDSCAPE";
const TOKEN_URL = "AGENT_OAUTH_TENANT_TOKEN_URL";

/** Returns the given variables, by default those of the process. */
export function currentEnvironment(given: Environment | undefined): Environment {
  return given ?? process.env;
}

/**
 * Reads the landscape that the agent runs in, such as `eu10`.
 *
 * @throws TokenError `ERR_TOKEN_CONFIG` naming the variable if it is not set or blank.
 */
export function landscapeFromEnvironment(options: EnvironmentOptions): string {
  const landscape = environmentVariable(LANDSCAPE, options);
  if (landscape !== undefined) return landscape.trim();
  throw new TokenError(
    "ERR_TOKEN_CONFIG",
    `Cannot find the landscape: ${LANDSCAPE} is not set, nor the option "landscape"`,
  );
}

/**
 * Reads the template of tenants' token URLs, such as `https://localhost:8443/{tenant}/oauth/token`.
 *
 * @returns `undefined` if it is not set: then the binding determines the URL.
 * @throws TokenError `ERR_TOKEN_CONFIG` naming the variable if it is blank or has no place for the tenant.
 */
export function tokenUrlFromEnvironment(options: EnvironmentOptions): TenantTokenUrl | undefined {
  const template = environmentVariable(TOKEN_URL, options);
  if (template === undefined) return undefined;
  if (template.includes("{tenant}")) return (tenant) => template.replaceAll("{tenant}", tenant);
  // With one URL for all, every tenant would get the tokens of one.
  throw new TokenError("ERR_TOKEN_CONFIG", `Cannot use ${TOKEN_URL}: it does not contain {tenant}`);
}
