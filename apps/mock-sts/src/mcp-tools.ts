import {
  type CallToolResult,
  INVALID_PARAMS,
  type McpServer,
  ProtocolError,
  type ServerContext,
  type Tool,
} from "@modelcontextprotocol/server";
import { z } from "zod";

/** A tool of an MCP server. */
export interface McpTool {
  readonly name: string;
  readonly description: string;
  readonly input: z.ZodObject;
  /** Schema of `structuredContent`. */
  readonly output?: z.ZodObject;
  /** Runs the tool for checked arguments. */
  run(input: Record<string, unknown>, context: ServerContext): CallToolResult;
}

/** Who calls: the claims of the access token, or what a test wants to see of them. */
const identity = z.object({
  sub: z.string(),
  aud: z.string(),
  clientId: z.string(),
  jti: z.string(),
});

const whoami: McpTool = {
  name: "whoami",
  description: "Says for whom and for what audience the access token was issued.",
  input: z.object({}),
  output: identity,
  run(_input, { http }) {
    const { sub, aud, client_id, jti } = http?.authInfo?.extra ?? {};
    const structuredContent = identity.parse({ sub, aud, clientId: client_id, jti });
    return { content: [text(JSON.stringify(structuredContent))], structuredContent };
  },
};

const echo: McpTool = {
  name: "echo",
  description: "Returns the text it is given.",
  input: z.object({ text: z.string() }),
  run: (input) => ({ content: [text(String(input.text))] }),
};

const mirror: McpTool = {
  name: "mirror",
  description: "Returns its arguments as JSON, whatever they are called.",
  input: z.looseObject({}),
  run: (input) => ({ content: [text(JSON.stringify(input))] }),
};

/** A record that a lookup tool can find. */
type Entry = Readonly<Record<string, string | number>> & { readonly id: string };

function lookup(subject: string, entries: readonly Entry[]): McpTool {
  return {
    name: `lookup_${subject}`,
    description: `Finds one ${subject.replace("_", " ")} by its id.`,
    input: z.object({ id: z.string().min(1) }),
    output: z.looseObject({ id: z.string() }),
    run({ id }) {
      const entry = entries.find((candidate) => candidate.id === id);
      if (entry === undefined) return { content: [text(`No ${subject} ${id}`)], isError: true };
      return { content: [text(JSON.stringify(entry))], structuredContent: { ...entry } };
    },
  };
}

function report(subject: string, entries: readonly Entry[]): McpTool {
  return {
    name: `report_${subject}s`,
    description: `Lists every ${subject.replace("_", " ")}: a title, one block each, and a total.`,
    input: z.object({}),
    run: () => ({
      content: [
        text(`${subject.replace("_", " ")} report`),
        ...entries.map((entry) => text(JSON.stringify(entry))),
        text(`${entries.length} in total`),
      ],
    }),
  };
}

/** Builds the tools of a server that knows some records: four for everybody and two for its subject. */
export function recordTools(subject: string, entries: readonly Entry[]): readonly McpTool[] {
  return [whoami, echo, mirror, lookup(subject, entries), report(subject, entries)];
}

/** Registers tools on an SDK server, its `tools/list` cut into pages if a size is given. */
export function registerTools(
  server: McpServer,
  tools: readonly McpTool[],
  pageSize: number | undefined,
): void {
  for (const tool of tools) {
    server.registerTool(
      tool.name,
      {
        description: tool.description,
        inputSchema: tool.input,
        ...(tool.output !== undefined && { outputSchema: tool.output }),
      },
      (input, context) => tool.run(input, context),
    );
  }
  if (pageSize !== undefined) paginateTools(server, tools, pageSize);
}

/** The SDK lists all tools at once: its handler is replaced by one that follows cursors. */
function paginateTools(server: McpServer, tools: readonly McpTool[], pageSize: number): void {
  server.server.setRequestHandler("tools/list", ({ params }) => {
    const start = Number(params?.cursor ?? 0);
    if (!(start in tools)) throw new ProtocolError(INVALID_PARAMS, "Invalid cursor");
    const end = start + pageSize;
    return {
      tools: tools.slice(start, end).map((tool) => ({
        name: tool.name,
        description: tool.description,
        inputSchema: jsonSchema(tool.input),
        ...(tool.output !== undefined && { outputSchema: jsonSchema(tool.output) }),
      })),
      ...(end < tools.length && { nextCursor: String(end) }),
    };
  });
}

function jsonSchema(schema: z.ZodObject): Tool["inputSchema"] {
  // zod types the schema's members more loosely than JSON, which is what they are.
  return z.toJSONSchema(schema) as Tool["inputSchema"];
}

function text(value: string) {
  return { type: "text" as const, text: value };
}
