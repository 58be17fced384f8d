import { randomUUID } from "node:crypto";
import { AgentCard, Role } from "@a2a-js/sdk";
import { LegacyJsonRpcTransportHandler } from "@a2a-js/sdk/compat/v0_3/server";
import {
  AgentEvent,
  type AgentExecutor,
  DefaultRequestHandler,
  InMemoryTaskStore,
  JsonRpcTransportHandler,
  ServerCallContext,
  validateVersion,
} from "@a2a-js/sdk/server";
import type { JWTPayload } from "jose";
import { callerIdentity } from "./caller-identity.ts";

/** A body of JSON-RPC, and the version of A2A it is written in. */
export interface AgentMessage {
  readonly body: string;
  readonly version: string;
}

/** Responds to a message from the holder of an access token with these claims. */
export type EchoAgent = (message: AgentMessage, claims: JWTPayload) => Promise<object>;

/**
 * Creates an A2A agent that sends every message back, by JSON-RPC of versions 1.0 and 0.3. It
 * neither streams nor keeps tasks, whatever the options make of the card that is served.
 */
export function createEchoAgent(url: string): EchoAgent {
  const card = AgentCard.fromJSON({
    supportedInterfaces: ["1.0", "0.3"].map((protocolVersion) => {
      return { url, protocolBinding: "JSONRPC", protocolVersion };
    }),
  });
  const requests = new DefaultRequestHandler(card, new InMemoryTaskStore(), echo);
  const handler = new JsonRpcTransportHandler(requests);
  const legacyHandler = new LegacyJsonRpcTransportHandler(requests);
  return async ({ body, version }, claims) => {
    const state = new Map([[CLAIMS_KEY, claims]]);
    const context = new ServerCallContext({ requestedVersion: version, state });
    try {
      validateVersion(version, card, "JSONRPC");
      const response = await (version === "0.3" ? legacyHandler : handler).handle(body, context);
      // For an agent that does not stream, the SDK makes a stream that fails when it is read.
      if (Symbol.asyncIterator in response) await response.next();
      return response;
    } catch (error) {
      return { jsonrpc: "2.0", id: null, error: JsonRpcTransportHandler.mapToJSONRPCError(error) };
    }
  };
}

const CLAIMS_KEY = "claims";

/** Sends the parts of a message back, with the identity of the sender as metadata. */
const echo: AgentExecutor = {
  async execute({ userMessage, contextId, context }, bus) {
    bus.publish(
      AgentEvent.message({
        messageId: randomUUID(),
        contextId,
        taskId: "",
        role: Role.ROLE_AGENT,
        parts: userMessage.parts,
        metadata: { caller: callerIdentity(context.state.get(CLAIMS_KEY) as JWTPayload) },
        extensions: [],
        referenceTaskIds: [],
      }),
    );
  },
  async cancelTask() {
    // It makes no tasks: there is none to cancel.
  },
};
