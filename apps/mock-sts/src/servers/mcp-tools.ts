import {
  type CallToolResult,
  INVALID_PARAMS,
  type McpServer,
  ProtocolError,
  type ServerContext,
  type Tool,
} from "@modelcontextprotocol/server";
import { z } from "zod";
import { checkFields, type FieldKinds } from "../checks/fields.ts";
import { isPlainObject, isRecord } from "../checks/is-record.ts";
import { checkText } from "../checks/option-values.ts";
import { quotedName } from "../checks/quoted-name.ts";

/** A tool of an MCP server. */
export interface McpTool {
  readonly name: string;
  readonly description: string;
  readonly input: z.ZodObject;
  /** Schema of `structuredContent`. */
  readonly output?: z.ZodObject;
  /** Runs the tool for checked arguments. */
  run(
    input: Record<string, unknown>,
    context: ServerContext,
  ): CallToolResult | Promise<CallToolResult>;
}

const TOOL_NAMES: FieldKinds<McpTool> = {
  name: "text",
  description: "prose",
  input: "other",
  output: "other",
  run: "function",
};

/**
 * Refuses tools with unknown fields, and those that cannot be served.
 *
 * @throws TypeError that begins with the label of their server.
 */
export function checkTools(tools: readonly McpTool[], label: string): void {
  for (const tool of tools) {
    const start = `${label}: tool ${quotedName(tool?.name)}:`;
    // An instance of a class may have more members.
    const isInstance = typeof tool === "object" && tool !== null && !isPlainObject(tool);
    if (!isInstance) checkFields(tool, { start, names: TOOL_NAMES, field: "field" });
    checkText(tool?.name, { start, name: "name" });
    if (typeof tool.run !== "function") throw new TypeError(`${start} "run" must be a function`);
    for (const name of ["input", "output"] as const) {
      if (name === "output" && tool.output === undefined) continue;
      if (!isSchema(tool[name])) {
        throw new TypeError(`${start} "${name}" must be a zod schema of an object`);
      }
    }
  }
}

/** The schema may come from another copy of the library. */
function isSchema(schema: unknown): boolean {
  return isRecord(schema) && isRecord(schema.def) && schema.def.type === "object";
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
    const start = startOfPage(params?.cursor, tools);
    const end = start + pageSize;
    return {
      tools: tools.slice(start, end).map((tool) => ({
        name: tool.name,
        description: tool.description,
        inputSchema: jsonSchema(tool.input, "input"),
        ...(tool.output !== undefined && { outputSchema: jsonSchema(tool.output, "output") }),
      })),
      ...(end < tools.length && { nextCursor: String(end) }),
    };
  });
}

function jsonSchema(schema: z.ZodObject, io: "input" | "output"): Tool["inputSchema"] {
  // The members of the schema are JSON; zod types them more loosely.
  return z.toJSONSchema(schema, { io }) as Tool["inputSchema"];
}

/** A cursor is the number of tools before its page. */
function startOfPage(cursor: string | undefined, tools: readonly McpTool[]): number {
  if (cursor === undefined) return 0;
  if (/^\d+$/.test(cursor) && Number(cursor) < tools.length) return Number(cursor);
  throw new ProtocolError(INVALID_PARAMS, "Invalid cursor");
}
