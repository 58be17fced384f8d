import type { McpServerRef } from "@agent-oauth/core/gateway";
import { emit, isPlainObject, kindOf } from "@agent-oauth/core/internal";
import type {
  CallToolResult,
  Client,
  ContentBlock,
  Progress,
  Tool,
  ToolAnnotations,
} from "@modelcontextprotocol/client";
import type { ListedTools } from "./listed-tools.ts";
import type { ResultFailure, ToolOutput } from "./tool-output.ts";

/** What `callMcpTool` needs to know of a tool. Plain data. */
export interface McpToolRef {
  /** As the server calls it; unique within its server only. */
  readonly name: string;
  readonly server: McpServerRef;
  /** The JSON Schema of the arguments, if known. */
  readonly inputSchema?: Tool["inputSchema"];
  /** The JSON Schema of `structuredContent`; if given, results are checked against it. */
  readonly outputSchema?: NonNullable<Tool["outputSchema"]>;
}

/** A tool as its server describes it. Plain data. */
export interface McpTool extends McpToolRef {
  /** Its name for people. */
  readonly title?: string;
  /** Empty if the server gives no description. */
  readonly description: string;
  readonly inputSchema: Tool["inputSchema"];
  /** Hints about its behaviour, which an untrusted server may get wrong. */
  readonly annotations?: ToolAnnotations;
  /** The name that the server gives itself; else the name of its reference. */
  readonly serverName: string;
}

/** The whole response of a tool. */
export interface McpToolResult {
  /** Every block, in order. */
  readonly content: readonly ContentBlock[];
  /** Any JSON value. */
  readonly structuredContent?: unknown;
  /** Whether the tool says it failed; the content then tells how. */
  readonly isError: boolean;
  /** The text blocks, joined by line feeds; empty if the response has no text block. */
  readonly text: string;
  readonly _meta?: Readonly<Record<string, unknown>>;
  /** Parts of the response that are left out, as they are not what MCP allows. Absent if there are none. */
  readonly failures?: readonly ResultFailure[];
}

/** How {@link listTools} lists. */
export interface ListToolsOptions {
  readonly signal: AbortSignal;
  readonly timeout: number;
  /** Mends the server's responses. */
  readonly listed: ListedTools;
}

/** Lists the tools of one server, all pages; `undefined` if the server does not say that it has tools. */
export async function listTools(
  client: Client,
  server: McpServerRef,
  { listed, ...options }: ListToolsOptions,
): Promise<readonly McpTool[] | undefined> {
  // The SDK would write to the console.
  if (client.getServerCapabilities()?.tools === undefined) return undefined;
  listed.clear();
  // Nothing is kept in the session: calls bring the tool's schemas with them.
  const { tools } = await client.listTools(undefined, { ...options, cacheMode: "bypass" });
  listed.missing(tools);
  const serverName = client.getServerVersion()?.name ?? server.name;
  return tools.map((tool) => describeTool(tool, { server, serverName }));
}

/** How {@link callTool} calls. */
export interface CallToolOptions {
  readonly args: Readonly<Record<string, unknown>>;
  /** Milliseconds of silence. */
  readonly timeout: number;
  readonly signal: AbortSignal;
  readonly onProgress: ((progress: Progress) => void) | undefined;
  /** Mends the server's response. */
  readonly output: ToolOutput;
}

/** Calls a tool of the server that the client is connected to. */
export async function callTool(
  client: Client,
  { name, inputSchema = ANY_OBJECT, outputSchema }: McpToolRef,
  { args, timeout, signal, onProgress, output }: CallToolOptions,
): Promise<McpToolResult> {
  const result = await client.callTool(
    { name, arguments: args },
    {
      timeout,
      resetTimeoutOnProgress: true,
      // A server reports progress only on request, and progress restarts the time limit.
      onprogress: (progress) => emit(onProgress, progress),
      signal,
      // Without a definition the SDK lists the tools and calls again if the server says that headers do not match.
      toolDefinition: { name, inputSchema, ...(outputSchema && { outputSchema }) },
    },
  );
  return toolResult(result, output);
}

const ANY_OBJECT: Tool["inputSchema"] = { type: "object" };

/** @throws TypeError if the tool or its arguments are not usable. */
export function assertToolCall(tool: McpToolRef, args: unknown): void {
  if (typeof tool?.name !== "string" || typeof tool.server?.url !== "string") {
    throw new TypeError(
      'Cannot call a tool: it must have a "name" and a "server", as listMcpTools() returns it',
    );
  }
  if (!isPlainObject(args)) {
    throw new TypeError(
      `Cannot call a tool: its arguments must be an object of JSON values, not ${kindOf(args)}`,
    );
  }
}

function describeTool(
  { name, title, description = "", inputSchema, outputSchema, annotations }: Tool,
  origin: Pick<McpTool, "server" | "serverName">,
): McpTool {
  return {
    name,
    ...(title !== undefined && { title }),
    description,
    inputSchema,
    ...(outputSchema && { outputSchema }),
    ...(annotations && { annotations }),
    ...origin,
  };
}

function toolResult(result: CallToolResult, { failures }: ToolOutput): McpToolResult {
  const { content, structuredContent, isError = false, _meta } = result;
  return {
    content,
    ...(structuredContent !== undefined && { structuredContent }),
    isError,
    text: textOf(content),
    ...(_meta && { _meta }),
    ...(failures.length > 0 && { failures }),
  };
}

function textOf(content: readonly ContentBlock[]): string {
  const texts: string[] = [];
  for (const block of content) if (block.type === "text") texts.push(block.text);
  return texts.join("\n");
}
