import { createLocalJWKSet, type JSONWebKeySet } from "jose";
import { z } from "zod";
import {
  type ClientRegistration,
  GRANT_TYPES,
  REGISTERED_METHODS,
  registerClients,
} from "../clients/clients.ts";
import { signingAlgorithms } from "../keys/signing-keys.ts";
import type { TrustedIssuer } from "../keys/trusted-issuer.ts";
import { type AgentOptions, checkAgents } from "../servers/agents.ts";
import { checkMcpServers, type McpServerOptions } from "../servers/mcp-servers.ts";
import { fixedTool } from "./config-tools.ts";

/** Text that is not blank. */
export const text = z.string().regex(/\S/, "must not be blank");

/** Makes every key of a shape one that may be left out. */
export function optionalKeys<const S extends z.ZodRawShape>(shape: S) {
  const entries = Object.entries(shape).map(([key, schema]) => [key, z.exactOptional(schema)]);
  return Object.fromEntries(entries) as { [K in keyof S]: z.ZodExactOptional<S[K]> };
}

/**
 * Makes a list whose items are checked one by one, each with the valid items before it. So the
 * checks of options report the place in a file.
 */
export function checkedList<T>(
  item: z.ZodType<T>,
  check: (items: readonly T[]) => void,
): z.ZodType<readonly T[]> {
  return z.array(item).superRefine((items, context) => {
    const good: T[] = [];
    for (const [index, candidate] of items.entries()) {
      try {
        check([...good, candidate]);
        good.push(candidate);
      } catch (error) {
        context.addIssue({ code: "custom", path: [index], message: (error as Error).message });
      }
    }
  });
}

/** A JSON Web Key Set. */
const jwks = z.custom<JSONWebKeySet>(isJwks, "must be a JWK Set");

/** Signing algorithm of an issuer. */
export const signingAlgorithm = z.enum(signingAlgorithms);

/** Another issuer whose tokens are accepted. */
export const trustedIssuer = z.strictObject({
  issuer: text,
  ...optionalKeys({ jwks, jwksUri: z.url(), audience: z.union([text, z.array(text)]) }),
} satisfies Record<keyof TrustedIssuer, z.ZodType>);

/** Further clients. */
export const clients = checkedList(
  z.strictObject({
    clientId: text,
    authentication: z.enum(REGISTERED_METHODS),
    ...optionalKeys({
      clientSecret: text,
      subjectDn: text,
      sanDns: text,
      sanUri: text,
      sanIp: text,
      sanEmail: text,
      jwks,
      grants: z.array(z.enum(GRANT_TYPES)),
      scopes: z.array(text),
      certificateBoundTokens: z.boolean(),
      dpopBoundTokens: z.boolean(),
      claims: z.record(z.string(), z.unknown()),
    }),
  } satisfies Record<keyof ClientRegistration, z.ZodType>),
  registerClients,
);

/** MCP servers. */
export const mcpServers = checkedList(
  z.strictObject({
    name: text,
    ordId: text,
    globalTenantId: text,
    ...optionalKeys({
      mode: z.enum(["session", "stateless"]),
      answers: z.enum(["stream", "json"]),
      pageSize: z.int().min(1),
      audience: text,
      requireTokenFor: z.enum(["all", "tool-calls"]),
      requiredScope: text,
      issuer: z.union([text, trustedIssuer]),
      requireDpop: z.boolean(),
      tools: z.array(fixedTool),
    }),
  } satisfies Record<keyof McpServerOptions, z.ZodType>),
  checkMcpServers,
);

/** A2A agents. */
export const agents = checkedList(
  z.strictObject({
    name: text,
    ordId: text,
    globalTenantId: text,
    ...optionalKeys({ card: z.record(z.string(), z.unknown()) }),
  } satisfies Record<keyof AgentOptions, z.ZodType>),
  checkAgents,
);

function isJwks(data: unknown): boolean {
  try {
    createLocalJWKSet(data as JSONWebKeySet);
    return true;
  } catch {
    return false;
  }
}
