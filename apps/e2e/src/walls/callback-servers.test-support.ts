import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { createMcpHandler, Server } from "@modelcontextprotocol/server";
import { onTestFinished } from "vitest";
import { listenUntilTestEnds } from "../server.test-support.ts";

/** Asked for by the tests of callbacks; the tokens that are issued are for another. */
export const AUDIENCE = "orders";

/** A JWT that nobody signed, for an audience that nobody asked for. */
export const STRAY_TOKEN: string = [{ alg: "none" }, { aud: "another", sub: "ann" }, "x"]
  .map((part) => Buffer.from(JSON.stringify(part)).toString("base64url"))
  .join(".");

/** Where everything is that an authorization server and a Destination Service on this machine have. */
interface TokenServer {
  readonly host: string;
  readonly origin: string;
}

/** Starts both in one. All their tokens are alike, and none has a lifetime that could be used. */
export async function openTokenServer(): Promise<TokenServer> {
  const server = createServer((request, response) => answer(request, response));
  const port = await listenUntilTestEnds(server);
  onTestFinished(() => server.closeAllConnections());
  const host = `127.0.0.1:${port}`;
  return { host, origin: `http://${host}` };
}

function answer({ url = "", method, headers }: IncomingMessage, response: ServerResponse): void {
  const origin = `http://${headers.host}`;
  const body = method === "POST" ? tokenResponse : documentAt(url, origin);
  response.setHeader("content-type", "application/json");
  response.end(JSON.stringify(body));
}

const tokenResponse = {
  access_token: STRAY_TOKEN,
  token_type: "Bearer",
  issued_token_type: "urn:ietf:params:oauth:token-type:access_token",
  expires_in: "never",
};

function documentAt(url: string, origin: string): unknown {
  if (url.includes("instanceDestinationFragments")) return [{ FragmentName: "f" }];
  if (url.includes("v2/destinations")) {
    return {
      destinationConfiguration: { URL: "https://gateway.example" },
      authTokens: [{ type: "Bearer", value: STRAY_TOKEN, expires_in: "never" }],
    };
  }
  return { issuer: origin, token_endpoint: `${origin}/token` };
}

/** A fetch that an MCP server with one tool answers in this process; the tool reports progress. */
export function openMcpFetch(): typeof globalThis.fetch {
  const handler = createMcpHandler(() => {
    const server = new Server({ name: "s", version: "1" }, { capabilities: { tools: {} } });
    const tools = [{ name: "count", inputSchema: { type: "object" as const } }];
    server.setRequestHandler("tools/list", () => ({ tools, ttlMs: 0 }));
    server.setRequestHandler("tools/call", async (_, { mcpReq }) => {
      const progressToken = mcpReq._meta?.progressToken;
      for (const progress of progressToken === undefined ? [] : [1, 2]) {
        await mcpReq.notify({
          method: "notifications/progress",
          params: { progressToken: progressToken ?? 0, progress },
        });
      }
      return { content: [{ type: "text" as const, text: "done" }] };
    });
    return server;
  });
  onTestFinished(() => handler.close());
  return (input, init) => handler.fetch(new Request(input, init));
}
