import { randomUUID } from "node:crypto";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import { pipeline } from "node:stream/promises";
import {
  type CallToolResult,
  Server,
  type Tool,
  WebStandardStreamableHTTPServerTransport,
} from "@modelcontextprotocol/server";
import { onTestFinished } from "vitest";

/** What the server saw of one HTTP request. */
export interface SeenRequest {
  /** Such as "POST tools/call". */
  readonly what: string;
  readonly authorization: string | undefined;
  readonly session: string | undefined;
  /** The name of the tool, at calls. */
  readonly tool: string | undefined;
}

/** How a test server behaves; every member may be replaced while it runs. */
export interface TestServerBehaviour {
  pages: Tool[][];
  call: (name: string, seen: SeenRequest) => CallToolResult | Promise<CallToolResult>;
  /** Answers in the place of the MCP server if it returns a status. */
  refuse: (seen: SeenRequest) => number | undefined;
}

/** The body of every refusal, which must reach nobody. */
export const SENTINEL = "sentinel-of-the-server";

/** A tool that takes an object. */
export function tool(name: string, more: Partial<Tool> = {}): Tool {
  return { name, inputSchema: { type: "object" }, ...more };
}

/** A tool result that is one text. */
export function textResult(text = ""): CallToolResult {
  return { content: [{ type: "text", text }] };
}

/** A running {@link startMcpServer}. */
export type TestServer = Awaited<ReturnType<typeof startMcpServer>>;

/** A real MCP server with sessions on the loopback, written down request by request. It ends with the test. */
export async function startMcpServer(initial: Partial<TestServerBehaviour> = {}) {
  const behaviour: TestServerBehaviour = {
    pages: [[tool("whoami")]],
    call: (_name, { authorization }) => textResult(authorization),
    refuse: () => undefined,
    ...initial,
  };
  const seen: SeenRequest[] = [];
  const sessions = new Map<string, WebStandardStreamableHTTPServerTransport>();

  async function serve(request: IncomingMessage): Promise<Response> {
    const body = (await buffer(request)).toString();
    const entry = seenRequest(request, body);
    seen.push(entry);
    const status = behaviour.refuse(entry);
    if (status !== undefined) return Response.json({ error: SENTINEL }, { status });
    const known = entry.session === undefined ? undefined : sessions.get(entry.session);
    if (entry.session !== undefined && known === undefined) {
      return Response.json({ error: SENTINEL }, { status: 404 });
    }
    const transport = known ?? (await openSession());
    return transport.handleRequest(webRequest(request, body));
  }

  async function openSession() {
    const transport = new WebStandardStreamableHTTPServerTransport({
      sessionIdGenerator: randomUUID,
      onsessioninitialized: (id) => void sessions.set(id, transport),
      onsessionclosed: (id) => void sessions.delete(id),
    });
    await mcpServer(behaviour).connect(transport);
    return transport;
  }

  const http = createServer(async (request, response) => {
    await send(await serve(request), response).catch(() => response.destroy());
  });
  await new Promise<void>((resolve) => http.listen(0, "127.0.0.1", resolve));
  onTestFinished(async () => {
    await Promise.all([...sessions.values()].map((session) => session.close()));
    http.closeAllConnections();
    await new Promise((resolve) => http.close(resolve));
  });
  const { port } = http.address() as AddressInfo;
  return {
    behaviour,
    seen,
    sessions,
    host: `127.0.0.1:${port}`,
    url: `http://127.0.0.1:${port}/mcp`,
    /** The requests since the last call. */
    take: (): SeenRequest[] => seen.splice(0),
  };
}

function mcpServer(behaviour: TestServerBehaviour): Server {
  const server = new Server({ name: "test server", version: "1" }, { capabilities: { tools: {} } });
  server.setRequestHandler("tools/list", ({ params }) => {
    const page = Number(params?.cursor ?? 0);
    const more = page + 1 < behaviour.pages.length;
    return { tools: behaviour.pages[page] ?? [], ...(more && { nextCursor: String(page + 1) }) };
  });
  server.setRequestHandler("tools/call", ({ params: { name } }, { http }) => {
    const authorization = http?.req?.headers.get("authorization") ?? undefined;
    return behaviour.call(name, { what: "", authorization, session: undefined, tool: name });
  });
  return server;
}

function seenRequest({ method = "", headers }: IncomingMessage, body: string): SeenRequest {
  const rpc =
    body === "" ? {} : (JSON.parse(body) as { method?: string; params?: { name?: string } });
  const session = headers["mcp-session-id"];
  return {
    what: rpc.method === undefined ? method : `${method} ${rpc.method}`,
    authorization: headers.authorization,
    session: typeof session === "string" ? session : undefined,
    tool: rpc.method === "tools/call" ? rpc.params?.name : undefined,
  };
}

function webRequest({ method = "GET", headers, url }: IncomingMessage, body: string): Request {
  const init = { method, headers: headers as Record<string, string> };
  return new Request(`http://${headers.host}${url}`, body === "" ? init : { ...init, body });
}

async function send(answer: Response, response: ServerResponse): Promise<void> {
  response.writeHead(answer.status, Object.fromEntries(answer.headers));
  if (answer.body === null) response.end();
  else
    await pipeline(
      Readable.fromWeb(answer.body as Parameters<typeof Readable.fromWeb>[0]),
      response,
    );
}
