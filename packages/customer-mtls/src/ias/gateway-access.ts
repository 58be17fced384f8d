import { checkedText, identifierViolation, urlRule } from "@agent-oauth/node/internal";
import type { ClientCertificatePair } from "@agent-oauth/token-endpoint";
import { z } from "zod";
import {
  type IntegrationDependency,
  integrationDependencies,
} from "../servers/integration-dependency.ts";

/** What a customer agent needs to get tokens and to find its servers, however it is configured. */
export interface GatewayAccess {
  /** The token endpoint of IAS. */
  readonly tokenEndpoint: string;
  readonly clientId: string;
  /** Absent if something outside the process adds the client certificate. */
  readonly certificatePair?: ClientCertificatePair | undefined;
  /** Without trailing slashes. */
  readonly gatewayUrl: string;
  /** Absent if not configured; token requests do not need them. */
  readonly integrationDependencies?: readonly IntegrationDependency[] | undefined;
}

/** The checks that all ways of configuring a customer agent share. */
export function gatewayAccessSchemas(allowInsecureHosts: readonly string[]) {
  return {
    tokenEndpoint: checkedText(urlRule({ allowInsecureHosts, query: true })),
    clientId: checkedText(identifierViolation),
    gatewayUrl: checkedText(urlRule({ allowInsecureHosts, query: false })).transform((url) =>
      url.replace(/\/+$/, ""),
    ),
    integrationDependencies: z.optional(integrationDependencies),
  };
}
