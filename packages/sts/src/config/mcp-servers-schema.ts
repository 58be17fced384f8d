/** MCP servers of a configuration, as a zod schema in our words. */
import {
  checkedInsecureHosts,
  checkOptions,
  kindOf,
  listedNames,
  SERVER_LAYOUTS,
  type ServerEntry,
  serverEntries,
  transportViolation,
  unknownName,
} from "@agent-oauth/core/internal";
import { checkedText, identifierViolation, issueWords, urlRule } from "@agent-oauth/node/internal";
import { z } from "zod";

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
 * Makes the schema of MCP servers with their tools, for use in a larger one: a list, an object by name, or either as the
 * member `mcpServers`. `stsAudience` is one name or a list of them. `type` is `http` (Streamable HTTP, the default; also
 * `streamable-http`); `sse`, which MCP has given up, and local commands are refused. An unknown key is refused too: with a
 * misspelt `stsAudience`, tokens would be valid for every audience. Beside `mcpServers`, other tools may have keys of their
 * own, but no servers, and no key that belongs into a server.
 */
export function mcpServersSchema(
  options: ParseMcpServersOptions = {},
): z.ZodType<readonly McpServerConfig[]> {
  const doing = "use the MCP servers";
  checkOptions(options, { doing, names: { allowInsecureHosts: true } });
  const server = serverSchema(checkedInsecureHosts(options.allowInsecureHosts, doing));
  return layouts.transform((input, context) => {
    const found = serverEntries(input);
    if ("violation" in found) {
      context.addIssue(found.violation);
      return z.NEVER;
    }
    const { entries } = found;
    const servers = entries.flatMap((entry) => checkedServer(server, { entry, context }));
    refuseTwins(entries, context);
    return servers;
  });
}

/** Missing or of another kind, it is told what it must be; `serverEntries` knows the rest. */
const layouts = z.preprocess(
  (input) => input,
  z.union([z.array(z.unknown()), z.record(z.string(), z.unknown())], {
    error: ({ input }) => `must be ${SERVER_LAYOUTS}, not ${kindOf(input)}`,
  }),
);

function serverSchema(allowInsecureHosts: readonly string[]) {
  return z
    .strictObject(
      {
        name,
        description: z.string().optional(),
        type: z.unknown().optional(),
        url: checkedText(urlRule({ allowInsecureHosts, query: true })),
        stsAudience: audience.optional(),
        tools: unique(z.array(tool)).optional(),
      },
      { error: unknownKeys(["name", "description", "type", "url", "stsAudience", "tools"]) },
    )
    .transform(({ type: _, ...server }) => server);
}

/** A server of which all is right; else its violations become the context's, at the place of the server. */
function checkedServer(
  schema: ReturnType<typeof serverSchema>,
  { entry, context }: { readonly entry: ServerEntry; readonly context: z.core.$RefinementCtx },
): readonly McpServerConfig[] {
  const { place, value } = entry;
  const violate = (path: readonly PropertyKey[], message: string) =>
    context.addIssue({ code: "custom", path: [...place, ...path], message, input: undefined });
  const transport = transportViolation(value);
  if (transport !== undefined) {
    violate([], transport);
    return [];
  }
  const { success, data, error } = schema.safeParse(value, { error: issueWords });
  if (success) return [data];
  for (const { path, message } of error.issues) violate(path, message);
  return [];
}

/** Options of `parseMcpServers` and of {@link mcpServersSchema}. */
export interface ParseMcpServersOptions {
  /** Hosts, as `host` or `host:port`, that may be reached over `http:`. Default none. */
  readonly allowInsecureHosts?: readonly string[];
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
    refuseTwins(
      items.map((value, index) => ({ place: [index], value })),
      context,
    );
  });
}

function refuseTwins(entries: readonly ServerEntry[], context: z.core.$RefinementCtx): void {
  const seen = new Set<unknown>();
  for (const { place, value, key } of entries) {
    const { name } = (value ?? {}) as { readonly name?: unknown };
    const isTwin = typeof name === "string" && seen.has(name);
    const path = [...place, "name"];
    if (isTwin) context.addIssue({ code: "custom", path, message: "is there twice", input: name });
    if (key !== undefined && typeof name === "string" && name !== key) {
      const message = "differs from the name under which the server stands";
      context.addIssue({ code: "custom", path, message, input: name });
    }
    seen.add(name);
  }
}
