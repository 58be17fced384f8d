import type { IncomingMessage, ServerResponse } from "node:http";
import { createServer } from "node:https";
import { text } from "node:stream/consumers";
import { getCACertificates, setDefaultCACertificates } from "node:tls";
import { startMockSts } from "@agent-oauth/mock-sts";
import { onTestFinished } from "vitest";
import { listenUntilTestEnds, serverIdentity } from "../server.test-support.ts";

/** One request as a {@link RecordingServer} saw it. */
export interface SeenRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingMessage["headers"];
  readonly body: string;
}

/** An https server on this machine that writes down what it is asked. */
export interface RecordingServer {
  readonly origin: string;
  readonly seen: SeenRequest[];
}

const mock = await startMockSts();
const identity = await serverIdentity(mock);
await mock.close();

/** The authority of all recording servers; Node's own `fetch` trusts it, too. */
export const { ca } = mock;
setDefaultCACertificates([...getCACertificates(), ca]);

/** Starts a server that answers as it is told to, by default with what the Authorization header says and the body. */
export async function openServer(
  answer: (response: ServerResponse, request: SeenRequest) => void = echo(),
): Promise<RecordingServer> {
  const seen: SeenRequest[] = [];
  const server = createServer(identity, async (request, response) => {
    const { method = "", url: path = "", headers } = request;
    const one = { method, path, headers, body: await text(request) };
    seen.push(one);
    answer(response, one);
  });
  const port = await listenUntilTestEnds(server);
  onTestFinished(() => server.closeAllConnections());
  return { origin: `https://localhost:${port}`, seen };
}

/** Refuses these tokens, and echoes the rest. */
export function echo(...refused: readonly string[]) {
  return (response: ServerResponse, { headers, body }: SeenRequest): void => {
    const authorization = headers.authorization ?? "none";
    response.statusCode = refused.includes(authorization) ? 401 : 200;
    response.end(`${authorization} ${body}`);
  };
}
