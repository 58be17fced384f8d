import { type Clock, TokenError } from "@agent-oauth/core";
import { checkedText, checkValue } from "@agent-oauth/node/internal";
import { createClientCertificate } from "@agent-oauth/token-endpoint";
import { z } from "zod";
import { type GatewayAccess, gatewayAccessSchemas } from "../ias/gateway-access.ts";
import type { IntegrationDependency } from "../servers/integration-dependency.ts";

/** The content of a customer agent's credentials file. Further members are ignored. */
export interface CustomerCredentials {
  /** IAS's token endpoint, used as it is. */
  readonly tokenServiceUrl: string;
  readonly clientid: string;
  /** PEM: the client certificate, then its intermediate ones. */
  readonly certificate: string;
  /** PEM, unencrypted. */
  readonly privateKey: string;
  /** Base URL of Agent Gateway; trailing slashes are dropped. */
  readonly gatewayUrl: string;
  /** The MCP servers that the agent may use. Needed to list servers only, and not with a resolver. */
  readonly integrationDependencies?: readonly IntegrationDependency[];
}

/** How credentials are checked. */
export interface CheckCredentialsOptions {
  /** How messages call them, such as `credentials file "/bindings/agw/credentials"`. */
  readonly origin: string;
  readonly allowInsecureHosts: readonly string[];
  /** Tells whether a certificate has expired. */
  readonly clock: Clock;
  /** Whether the integration dependencies are read: not if a resolver replaces them. Default `true`. */
  readonly withDependencies?: boolean;
}

/**
 * Parses the text of a credentials file and checks it.
 *
 * @throws TokenError `ERR_TOKEN_CONFIG` naming every member that is wrong, `ERR_TOKEN_CREDENTIAL` if certificate and key
 * cannot be used. No value is shown.
 */
export function parseCustomerCredentials(
  text: string,
  options: CheckCredentialsOptions,
): GatewayAccess {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    // The parser's message quotes the text, which holds the private key.
    const reason = text.trim() === "" ? "it is empty" : "it is not JSON, or only half-written";
    throw unusable(options.origin, reason);
  }
  return checkCustomerCredentials(value, options);
}

/**
 * Checks credentials, the certificate's key and validity included.
 *
 * @throws TokenError as {@link parseCustomerCredentials} does.
 */
export function checkCustomerCredentials(
  value: unknown,
  { origin, allowInsecureHosts, clock, withDependencies = true }: CheckCredentialsOptions,
): GatewayAccess {
  const schema = credentialsSchema({ allowInsecureHosts, withDependencies });
  const checked = checkValue(schema, value, { whole: "it" });
  if ("violations" in checked) throw unusable(origin, checked.violations);
  const { tokenServiceUrl, clientid, certificate, privateKey, ...rest } = checked.data;
  const certificatePair = { certificate, key: privateKey };
  try {
    createClientCertificate(certificatePair, { clock });
  } catch (error) {
    throw TokenError.isInstance(error) ? named(error, origin) : error;
  }
  return { tokenEndpoint: tokenServiceUrl, clientId: clientid, certificatePair, ...rest };
}

function credentialsSchema({
  allowInsecureHosts,
  withDependencies,
}: Required<Pick<CheckCredentialsOptions, "allowInsecureHosts" | "withDependencies">>) {
  const schemas = gatewayAccessSchemas(allowInsecureHosts);
  const pem = checkedText(() => undefined);
  return z.object(
    {
      tokenServiceUrl: schemas.tokenEndpoint,
      clientid: schemas.clientId,
      certificate: pem,
      privateKey: pem,
      gatewayUrl: schemas.gatewayUrl,
      integrationDependencies: withDependencies
        ? schemas.integrationDependencies
        : z.undefined().catch(undefined),
    },
    { error: "must be a JSON object" },
  );
}

/** The same error, with the name of the place that must be repaired. */
function named(error: TokenError, origin: string): TokenError {
  const reason = error.message.replace(/^Cannot use the client certificate: /, "");
  const cause = error.cause instanceof Error ? error.cause : undefined;
  return new TokenError(error.code, `Cannot use ${origin}: ${reason}`, { cause });
}

function unusable(origin: string, reason: string): TokenError {
  return new TokenError("ERR_TOKEN_CONFIG", `Cannot use ${origin}: ${reason}`);
}
