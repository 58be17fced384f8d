import { TokenError } from "@agent-oauth/core";
import type { EnvironmentOptions } from "@agent-oauth/node";
import { readEnvironment, violationList } from "@agent-oauth/node/internal";
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
  env = process.env,
}: EnvironmentOptions & { readonly allowInsecureHosts: readonly string[] }): GatewayAccess {
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
    { env },
  );
  return {
    clientId: values.INTEGRATION_CLIENT_ID,
    tokenEndpoint: values.INTEGRATION_AUTH_URL,
    gatewayUrl: values.INTEGRATION_GATEWAY_URL,
    integrationDependencies: values.INTEGRATION_DEPENDENCIES,
  };
}

const dependenciesText = z.string().transform((text, context) => {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    context.addIssue("is not JSON");
    return z.NEVER;
  }
  const checked = integrationDependencies.safeParse(value);
  if (checked.success) return checked.data;
  context.addIssue(violationList(checked.error, "it"));
  return z.NEVER;
});
