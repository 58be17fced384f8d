import { TokenError } from "@agent-oauth/core";
import type { EnvironmentOptions } from "@agent-oauth/node";
import { checkValue, readEnvironment } from "@agent-oauth/node/internal";
import { z } from "zod";
import { type GatewayAccess, gatewayAccessSchemas } from "./ias/gateway-access.ts";
import { integrationDependencies } from "./servers/integration-dependency.ts";

const REQUIRED = ["INTEGRATION_CLIENT_ID", "INTEGRATION_AUTH_URL", "INTEGRATION_GATEWAY_URL"];

/**
 * Reads the configuration of transparent mode from `INTEGRATION_CLIENT_ID`, `INTEGRATION_AUTH_URL`, `INTEGRATION_GATEWAY_URL` and, if
 * it is set, `INTEGRATION_DEPENDENCIES`.
 *
 * @throws TokenError `ERR_TOKEN_SOURCE_UNAVAILABLE` if none of the first three is set, `ERR_TOKEN_CONFIG` naming every
 * variable that is missing, blank or wrong.
 */
export function readTransparentEnvironment({
  allowInsecureHosts,
  withDependencies,
  env = process.env,
}: TransparentEnvironmentOptions): GatewayAccess {
  // Some platforms write a variable that is not set as an empty one.
  if (REQUIRED.every((name) => (env[name] ?? "").trim() === "")) {
    throw new TokenError(
      "ERR_TOKEN_SOURCE_UNAVAILABLE",
      `Cannot find credentials: none of ${REQUIRED.join(", ")} is set`,
    );
  }
  const schemas = gatewayAccessSchemas(allowInsecureHosts);
  const values = readEnvironment(
    {
      INTEGRATION_CLIENT_ID: schemas.clientId,
      INTEGRATION_AUTH_URL: schemas.tokenEndpoint,
      INTEGRATION_GATEWAY_URL: schemas.gatewayUrl,
      INTEGRATION_DEPENDENCIES: dependenciesText.optional(),
    },
    { env: withDependencies ? env : { ...env, INTEGRATION_DEPENDENCIES: undefined } },
  );
  return {
    clientId: values.INTEGRATION_CLIENT_ID,
    tokenEndpoint: values.INTEGRATION_AUTH_URL,
    gatewayUrl: values.INTEGRATION_GATEWAY_URL,
    integrationDependencies: values.INTEGRATION_DEPENDENCIES,
  };
}

/** Options of {@link readTransparentEnvironment}. */
export interface TransparentEnvironmentOptions extends EnvironmentOptions {
  readonly allowInsecureHosts: readonly string[];
  /** Whether `INTEGRATION_DEPENDENCIES` is read: not if a resolver replaces it. */
  readonly withDependencies: boolean;
}

const dependenciesText = z.string().transform((text, context) => {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    context.addIssue("is not JSON");
    return z.NEVER;
  }
  const checked = checkValue(integrationDependencies, value, { whole: "it" });
  if ("data" in checked) return checked.data;
  context.addIssue(checked.violations);
  return z.NEVER;
});
