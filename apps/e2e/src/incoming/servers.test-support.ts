import { once } from "node:events";
import { createServer, request as httpRequest } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { type UserFromOptions, userFrom, withUser } from "@agent-oauth/core";
import { getRequestListener, serve } from "@hono/node-server";
import express from "express";
import fastify from "fastify";
import { Hono } from "hono";
import { onTestFinished } from "vitest";

/** Starts a server that answers each request with the user that it reads of it; returns its URL. */
export type StartServer = (options: UserFromOptions) => Promise<string>;

/** The same service in each framework, without any handling of errors of its own. */
export const servers: Readonly<Record<string, StartServer>> = {
  async express(options) {
    const app = express();
    app.set("env", "test"); // Else it writes the error to the console.
    app.get("/", (request, response) => {
      response.json(userFrom(request, options));
    });
    return listening(createServer(app));
  },

  async fastify(options) {
    const app = fastify();
    app.get("/", async (request) => userFrom(request, options));
    onTestFinished(() => app.close());
    return app.listen({ port: 0, host: "127.0.0.1" });
  },

  async hono(options) {
    const app = new Hono();
    app.get("/", (context) => context.json(userFrom(context.req.raw, options)));
    const server = serve({ fetch: app.fetch, port: 0, hostname: "127.0.0.1" });
    onTestFinished(() => void server.close());
    await once(server, "listening");
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  },

  /** A route as Next has them: a function of a `Request` and a context. */
  async next(options) {
    const GET = withUser(
      (_request, user, _context: { readonly params: object }) => Response.json(user),
      options,
    );
    return listening(createServer(getRequestListener((request) => GET(request, { params: {} }))));
  },

  async node(options) {
    return listening(
      createServer((request, response) => {
        try {
          response.end(JSON.stringify(userFrom(request, options)));
        } catch (error) {
          const { status = 500, headers = {} } = Object(error);
          response.writeHead(status, headers).end();
        }
      }),
    );
  },
};

async function listening(server: ReturnType<typeof createServer>): Promise<string> {
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
}

/** A response as a client sees it. */
export interface SeenResponse {
  readonly status: number | undefined;
  readonly challenge: string | undefined;
  readonly body: string;
}

/** Sends a request, with the same header several times if its value is a list. */
export async function send(
  url: string,
  { authorization }: { readonly authorization?: string | readonly string[] },
): Promise<SeenResponse> {
  const request = httpRequest(url, { agent: false });
  if (authorization !== undefined) request.setHeader("authorization", authorization);
  request.end();
  const [response] = await once(request, "response");
  return {
    status: response.statusCode,
    challenge: response.headers["www-authenticate"],
    body: await text(response),
  };
}
