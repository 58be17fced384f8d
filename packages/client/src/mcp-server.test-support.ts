import { randomUUID } from "node:crypto";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { NodeStreamableHTTPServerTransport, toNodeHandler } from "@modelcontextprotocol/node";
import {
  type CallToolResult,
  createMcpHandler,
  type EventStore,
  type JSONRPCMessage,
  Server,
  type ServerCapabilities,
  type ServerContext,
  type Tool,
} from "@modelcontextprotocol/server";

/** What the server saw of one HTTP request, and how it answered. */
export interface SeenRequest {
  readonly http: string;
  /** The JSON-RPC method, if there is one. */
  readonly rpc: string | undefined;
  readonly authorization: string | undefined;
  readonly session: string | undefined;
  readonly correlation: string | undefined;
  readonly body: unknown;
  status: number;
}

/** How a test server behaves; every member may be replaced while it runs. */
export interface TestServerBehaviour {
  /** Sessions of revision 2025, none of the same revision, or revision 2026-07-28. */
  era: "session" | "sessionless" | "modern";
  pages: Tool[][];
  /** What the server says that it has. */
  capabilities: ServerCapabilities;
  call: (
    name: string,
    args: unknown,
    context: ServerContext,
  ) => CallToolResult | Promise<CallToolResult>;
  /** Whether answers can be resumed when their stream breaks. */
  resumable: boolean;
  /** Answers in the place of the MCP server if it returns a status or an answer. */
  refuse: (seen: SeenRequest) => Refusal | undefined | Promise<Refusal | undefined>;
}

/** A status, a whole answer, or a connection that is cut. */
export type Refusal =
  | number
  | { readonly status: number; readonly body: string; readonly headers?: Record<string, string> }
  | "reset";

const echo: Tool = { name: "echo", inputSchema: { type: "object" } };

/** The body of every refusal, which must reach nobody. */
export const SENTINEL = "sentinel-of-the-server";

/** A real MCP server on the loopback, written down request by request. */
export async function startMcpServer(initial: Partial<TestServerBehaviour> = {}) {
  const behaviour: TestServerBehaviour = {
    era: "session",
    pages: [[echo]],
    capabilities: { tools: {} },
    call: (name, args) => ({
      content: [{ type: "text", text: `${name} ${JSON.stringify(args)}` }],
    }),
    resumable: false,
    refuse: () => undefined,
    ...initial,
  };
  const seen: SeenRequest[] = [];
  const sessions = new Map<string, NodeStreamableHTTPServerTransport>();
  const modern = createMcpHandler(() => mcpServer(behaviour), { legacy: "reject" });
  const modernHandler = toNodeHandler(modern);
  type NodeRequest = Parameters<typeof modernHandler>[0];

  const http = createServer(async (request, response) => {
    const body = await readJson(request);
    const entry = seenRequest(request, body);
    seen.push(entry);
    response.on("finish", () => {
      entry.status = response.statusCode;
    });
    const refusal = await behaviour.refuse(entry);
    if (refusal !== undefined) return refuse(response, refusal);
    if (behaviour.era === "modern") return modernHandler(request as NodeRequest, response, body);
    await serveLegacy(request, response, body);
  });

  async function serveLegacy(request: IncomingMessage, response: ServerResponse, body: unknown) {
    const id = request.headers["mcp-session-id"];
    const known = typeof id === "string" ? sessions.get(id) : undefined;
    if (typeof id === "string" && known === undefined) return refuse(response, 404);
    if (known !== undefined) return known.handleRequest(request, response, body);
    const stateful = behaviour.era === "session";
    const transport: NodeStreamableHTTPServerTransport = new NodeStreamableHTTPServerTransport({
      sessionIdGenerator: stateful ? randomUUID : undefined,
      ...(behaviour.resumable && { eventStore: eventStore(), retryInterval: 1 }),
      onsessioninitialized: (session) => void sessions.set(session, transport),
      onsessionclosed: (session) => void sessions.delete(session),
    });
    await mcpServer(behaviour).connect(transport);
    await transport.handleRequest(request, response, body);
  }

  await new Promise<void>((resolve) => http.listen(0, "127.0.0.1", resolve));
  const { port } = http.address() as AddressInfo;
  return {
    behaviour,
    seen,
    sessions,
    host: `127.0.0.1:${port}`,
    url: `http://127.0.0.1:${port}/mcp`,
    /** The requests since the last call, as "POST tools/call". */
    take: (): string[] => seen.splice(0).map(({ http, rpc }) => (rpc ? `${http} ${rpc}` : http)),
    async close() {
      await modern.close();
      await Promise.all([...sessions.values()].map((session) => session.close()));
      http.closeAllConnections();
      await new Promise((resolve) => http.close(resolve));
    },
  };
}

/** A running {@link startMcpServer}. */
export type TestServer = Awaited<ReturnType<typeof startMcpServer>>;

function mcpServer(behaviour: TestServerBehaviour): Server {
  const { capabilities } = behaviour;
  const server = new Server({ name: "test server", version: "1" }, { capabilities });
  if (capabilities.tools === undefined) return server;
  server.setRequestHandler("tools/list", ({ params }) => {
    const page = Number(params?.cursor ?? 0);
    const more = page + 1 < behaviour.pages.length;
    const tools = behaviour.pages[page] ?? [];
    return { tools, ttlMs: 3_600_000, ...(more && { nextCursor: String(page + 1) }) };
  });
  server.setRequestHandler("tools/call", ({ params }, context) =>
    behaviour.call(params.name, params.arguments, context),
  );
  return server;
}

function eventStore(): EventStore {
  const events: { stream: string; message: JSONRPCMessage }[] = [];
  return {
    async storeEvent(stream, message) {
      return String(events.push({ stream, message }) - 1);
    },
    async replayEventsAfter(last, { send }) {
      const { stream = "" } = events[Number(last)] ?? {};
      for (const [index, event] of events.entries()) {
        if (index <= Number(last) || event.stream !== stream) continue;
        await send(String(index), event.message);
      }
      return stream;
    },
  };
}

async function readJson(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  return chunks.length === 0 ? undefined : JSON.parse(Buffer.concat(chunks).toString());
}

function seenRequest({ method = "", headers }: IncomingMessage, body: unknown): SeenRequest {
  const rpc =
    typeof body === "object" && body !== null && "method" in body ? body.method : undefined;
  const header = (name: string) => headers[name] as string | undefined;
  return {
    http: method,
    rpc: typeof rpc === "string" ? rpc : undefined,
    authorization: header("authorization"),
    session: header("mcp-session-id"),
    correlation: header("x-correlation-id"),
    body,
    status: 0,
  };
}

function refuse(response: ServerResponse, refusal: Refusal): void {
  if (refusal === "reset") return void response.destroy();
  const { status, body, headers } =
    typeof refusal === "number"
      ? { status: refusal, body: JSON.stringify({ error: SENTINEL }), headers: {} }
      : refusal;
  response.writeHead(status, { "content-type": "application/json", ...headers });
  response.end(body);
}
