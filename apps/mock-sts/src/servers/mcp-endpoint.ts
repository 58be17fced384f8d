import { randomUUID } from "node:crypto";
import {
  type AuthInfo,
  createMcpHandler,
  McpServer,
  WebStandardStreamableHTTPServerTransport,
} from "@modelcontextprotocol/server";
import { type McpServerOptions, toolsOf } from "./mcp-servers.ts";
import { registerTools } from "./mcp-tools.ts";

/** Handles authorized requests to one MCP server. */
export interface McpEndpoint {
  /** `caller`: `undefined` for a request without a token. */
  handle(request: Request, caller: AuthInfo | undefined): Promise<Response>;
  /** Drops all sessions, as a restart does: they are unknown from now on. */
  forgetSessions(): Promise<void>;
}

/** Creates the endpoint of a server in the mode it asks for. */
export function createMcpEndpoint(options: McpServerOptions): McpEndpoint {
  return options.mode === "stateless" ? statelessEndpoint(options) : sessionEndpoint(options);
}

function createServer(options: McpServerOptions): McpServer {
  const server = new McpServer({ name: options.name, version: "1.0.0" });
  registerTools(server, toolsOf(options), options.pageSize);
  return server;
}

function statelessEndpoint(options: McpServerOptions): McpEndpoint {
  const handler = createMcpHandler(() => createServer(options));
  return {
    handle: (request, caller) => handler.fetch(request, authInfoOf(caller)),
    forgetSessions: () => Promise.resolve(),
  };
}

interface Session {
  readonly transport: WebStandardStreamableHTTPServerTransport;
  readonly owner: string;
}

function sessionEndpoint(options: McpServerOptions): McpEndpoint {
  const sessions = new Map<string, Session>();
  // A session that begins without a token belongs to nobody: its tool calls come with one.
  const isOpen = options.requireTokenFor === "tool-calls";
  const owner = (caller: AuthInfo | undefined) => (isOpen ? "" : ownerOf(caller));
  return {
    async handle(request, caller) {
      const id = request.headers.get("mcp-session-id");
      if (id === null) {
        const transport = await openTransport(options, { sessions, owner: owner(caller) });
        const response = await transport.handleRequest(request, authInfoOf(caller));
        // The request was not `initialize`: no later request can reach this transport.
        if (transport.sessionId === undefined) await transport.close();
        return response;
      }
      const session = sessions.get(id);
      // A session id proves nothing: the session of another caller does not exist for this one.
      if (session?.owner !== owner(caller)) return sessionNotFound();
      return session.transport.handleRequest(request, authInfoOf(caller));
    },
    async forgetSessions() {
      const transports = [...sessions.values()].map(({ transport }) => transport);
      sessions.clear();
      await Promise.all(transports.map((transport) => transport.close()));
    },
  };
}

/** Makes a transport that becomes a session if its first request is an `initialize`. */
async function openTransport(
  options: McpServerOptions,
  { sessions, owner }: { sessions: Map<string, Session>; owner: string },
): Promise<WebStandardStreamableHTTPServerTransport> {
  const transport = new WebStandardStreamableHTTPServerTransport({
    sessionIdGenerator: randomUUID,
    enableJsonResponse: options.answers === "json",
    onsessioninitialized: (id) => void sessions.set(id, { transport, owner }),
    onsessionclosed: (id) => void sessions.delete(id),
  });
  await createServer(options).connect(transport);
  return transport;
}

function ownerOf(caller: AuthInfo | undefined): string {
  return JSON.stringify([caller?.clientId, caller?.extra?.sub]);
}

function authInfoOf(caller: AuthInfo | undefined): { authInfo?: AuthInfo } {
  return caller === undefined ? {} : { authInfo: caller };
}

function sessionNotFound(): Response {
  const error = { code: -32001, message: "Session not found" };
  return Response.json({ jsonrpc: "2.0", error, id: null }, { status: 404 });
}
