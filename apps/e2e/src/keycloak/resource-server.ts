import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import { toNodeHandler } from "@modelcontextprotocol/node";
import { type AuthInfo, createMcpHandler, McpServer } from "@modelcontextprotocol/server";
import { inject, onTestFinished } from "vitest";
import { createBearerVerifier } from "./bearer-verifier.ts";

/** What a server saw of one HTTP request. */
export interface SeenRequest {
  /** Of the token, if it was accepted. */
  readonly user: string | undefined;
  readonly token: string | undefined;
  readonly status: number;
}

/** A running MCP server. */
export interface ResourceServer {
  readonly url: string;
  /** Every request that was answered. */
  readonly seen: readonly SeenRequest[];
}

const { issuer, ca, server: tls } = inject("keycloak");

/** Starts an MCP server that takes Keycloak's tokens for one audience. Its tool `whoami` tells what the token says. It ends with the test. */
export async function startResourceServer(audience: string): Promise<ResourceServer> {
  const verifier = createBearerVerifier({ issuer, ca, audience });
  const mcp = createMcpHandler(({ authInfo }) => whoamiServer(audience, authInfo));
  const handle = toNodeHandler(mcp);
  const seen: SeenRequest[] = [];
  const options = { cert: tls.certificate, key: tls.key, ca, requestCert: true };
  const https = createServer(
    { ...options, rejectUnauthorized: false },
    async (request, response) => {
      let auth: AuthInfo | undefined;
      response.on("close", () => {
        const user = auth?.extra?.preferred_username as string | undefined;
        seen.push({ user, token: auth?.token, status: response.statusCode });
      });
      try {
        auth = await verifier.verify(request);
      } catch {
        request.resume();
        response.writeHead(401, { "www-authenticate": 'Bearer error="invalid_token"' }).end();
        return;
      }
      await handle(Object.assign(request, { auth }) as Parameters<typeof handle>[0], response);
    },
  );
  await new Promise<void>((resolve) => https.listen(0, "localhost", resolve));
  onTestFinished(async () => {
    await mcp.close();
    https.closeAllConnections();
    await new Promise((resolve) => https.close(resolve));
    await verifier.close();
  });
  return { url: `https://localhost:${(https.address() as AddressInfo).port}/mcp`, seen };
}

function whoamiServer(name: string, authInfo: AuthInfo | undefined): McpServer {
  const server = new McpServer({ name, version: "1" });
  server.registerTool(`${name}_whoami`, { description: "Tells what the token says" }, () => {
    const { preferred_username: user, aud, azp } = authInfo?.extra ?? {};
    return { content: [{ type: "text", text: JSON.stringify({ user, aud, azp }) }] };
  });
  return server;
}
