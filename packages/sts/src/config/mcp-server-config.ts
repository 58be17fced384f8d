import { TokenError } from "@agent-oauth/core";
import type { McpServerRef, TargetRequest } from "@agent-oauth/core/gateway";
import {
  checkedInsecureHosts,
  checkOptions,
  listedNames,
  unknownName,
} from "@agent-oauth/core/internal";
import {
  checkedText,
  identifierViolation,
  urlRule,
  violationList,
} from "@agent-oauth/node/internal";
import { z } from "zod";

/** Options of {@link parseMcpServers}. */
export interface ParseMcpServersOptions {
  /** Hosts, as `host` or `host:port`, that may be reached over `http:`. Default none. */
  readonly allowInsecureHosts?: readonly string[];
}

/** An MCP server as the schema yields it. */
export interface McpServerConfig {
  /** Its name, unique in the list. */
  readonly name: string;
  readonly description?: string | undefined;
  readonly url: string;
  /** The audience of tokens for this server. Default none. */
  readonly stsAudience?: readonly string[] | undefined;
  /** Tools whose tokens need another audience. */
  readonly tools?: readonly McpServerToolConfig[] | undefined;
}

/** A tool of an MCP server as the schema yields it. */
export interface McpServerToolConfig {
  /** Its name, unique in its server. */
  readonly name: string;
  readonly description?: string | undefined;
  /** The audience of tokens for this tool, in place of its server's. */
  readonly stsAudience?: readonly string[] | undefined;
}

/**
 * Makes the schema of a list of MCP servers with their tools, for use in a larger one. `stsAudience` is one name or a list of
 * them. `type` is `http` (Streamable HTTP, the default); `sse`, which MCP has given up, is refused. An unknown key is
 * refused too: with a misspelt `stsAudience`, tokens would be valid for every audience.
 */
export function mcpServersSchema(
  options: ParseMcpServersOptions = {},
): z.ZodType<readonly McpServerConfig[]> {
  const doing = "use the MCP servers";
  checkOptions(options, { doing, names: { allowInsecureHosts: true } });
  const allowInsecureHosts = checkedInsecureHosts(options.allowInsecureHosts, doing);
  const server = z
    .strictObject(
      {
        name,
        description: z.string().optional(),
        type: z.enum(["http", "sse"]).optional(),
        url: checkedText(urlRule({ allowInsecureHosts, query: true })),
        stsAudience: audience.optional(),
        tools: unique(z.array(tool)).optional(),
      },
      { error: unknownKeys(["name", "description", "type", "url", "stsAudience", "tools"]) },
    )
    .transform(({ type, ...rest }, context) => {
      if (type !== "sse") return rest;
      context.addIssue({
        code: "custom",
        path: ["url"],
        message: `must be the server's Streamable HTTP endpoint, in place of ${shown(rest.url)}; the type sse is not supported`,
      });
      return z.NEVER;
    });
  return unique(z.array(server));
}

/**
 * Reads a list of MCP servers and resolves their audiences.
 *
 * @example
 * ```ts
 * const servers = parseMcpServers([
 *   { name: "orders", url: "https://orders.example/mcp", stsAudience: "orders", tools: [{ name: "pay", stsAudience: "billing" }] },
 * ]);
 * const flow = mcpServers({ tokens: source, servers });
 * ```
 * @throws TokenError `ERR_TOKEN_CONFIG` naming everything that is wrong, and its place.
 */
export function parseMcpServers(
  input: unknown,
  options: ParseMcpServersOptions = {},
): readonly McpServerRef[] {
  const parsed = mcpServersSchema(options).safeParse(input);
  if (parsed.success) return Object.freeze(parsed.data.map(serverRef));
  const violations = violationList(parsed.error, "the list");
  throw new TokenError("ERR_TOKEN_CONFIG", `Cannot use the MCP servers: ${violations}`);
}

const name = checkedText(identifierViolation);
const audience = z
  .union([name.transform((one) => [one]), z.array(name)], {
    error: "must be a name or a list of names, without control characters",
  })
  .readonly();
const tool = z.strictObject(
  { name, description: z.string().optional(), stsAudience: audience.optional() },
  { error: unknownKeys(["name", "description", "stsAudience"]) },
);

/** Names the key that was probably meant, or several wrong ones shortly: a file may have any number of them. */
function unknownKeys(known: readonly string[]) {
  return ({ code, keys = [] }: { code: string; keys?: readonly string[] }): string | undefined => {
    const [only] = keys;
    if (code !== "unrecognized_keys" || only === undefined) return undefined;
    if (keys.length > 1) return `has unknown keys: ${listedNames(keys)}`;
    return `is wrong: ${unknownName(only, { known, member: "key" })}`;
  };
}

/** Of two with one name the later would hide the earlier, with its audience. */
function unique<T extends { readonly name: string }>(list: z.ZodType<readonly T[]>) {
  return list.superRefine((items, context) => {
    const seen = new Set<string>();
    for (const [index, { name }] of items.entries()) {
      if (seen.has(name)) {
        context.addIssue({ code: "custom", path: [index, "name"], message: "is there twice" });
      }
      seen.add(name);
    }
  });
}

function serverRef({ name, url, stsAudience, tools = [] }: McpServerConfig): McpServerRef {
  const own = tools.flatMap(({ name, stsAudience }): [string, TargetRequest][] => {
    const request = target(stsAudience);
    return request === undefined ? [] : [[name, request]];
  });
  const request = target(stsAudience);
  return Object.freeze({
    name,
    url,
    ...(request && { request }),
    ...(own.length > 0 && { tools: Object.freeze(Object.fromEntries(own)) }),
  });
}

function target(audience: readonly string[] = []): TargetRequest | undefined {
  return audience.length === 0 ? undefined : Object.freeze({ audience });
}

/** The query may hold a key. */
function shown(url: string): string {
  const { origin, pathname } = new URL(url);
  return JSON.stringify(`${origin}${pathname}`);
}
