import { randomUUID } from "node:crypto";
import { type Message, SendMessageRequest } from "@a2a-js/sdk";
import {
  type Client,
  ClientFactory,
  ClientFactoryOptions,
  DefaultAgentCardResolver,
  JsonRpcTransportFactory,
} from "@a2a-js/sdk/client";
import { bearerFetch } from "@agent-oauth/core";
import { identification, type OpenAgent } from "@agent-oauth/examples/framework-agent";
import { createPrincipalContext } from "@agent-oauth/node";

/** A2A: one client for all users, as there are no sessions. The user comes from where the code runs. */
export const openAgent: OpenAgent = async ({ agentUrl, tokens, subjectToken }) => {
  const users = createPrincipalContext();
  const fetchImpl = bearerFetch(tokens, { resource: agentUrl, request: users.request });
  const factory = new ClientFactory(
    ClientFactoryOptions.createFrom(ClientFactoryOptions.default, {
      transports: [new JsonRpcTransportFactory({ fetchImpl })],
      cardResolver: new DefaultAgentCardResolver({ fetchImpl }),
    }),
  );
  // The card is protected too: it is read on behalf of the first user.
  let client: Client | undefined;
  const send = async (text: string) => {
    const message = { messageId: randomUUID(), role: "ROLE_USER", parts: [{ text }] };
    client ??= await factory.createFromUrl(`${agentUrl}/`);
    return client.sendMessage(SendMessageRequest.fromJSON({ message }));
  };
  return {
    async ask(user) {
      const answer = await users.run({ subjectToken: subjectToken(user) }, () => send(user));
      return "parts" in answer ? identificationIn(answer) : "";
    },
    async [Symbol.asyncDispose]() {},
  };
};

function identificationIn({ parts, metadata }: Message): string {
  const text = parts[0]?.content?.$case === "text" ? parts[0].content.value : "";
  const caller: { sub?: string } = metadata?.caller ?? {};
  return identification(text, caller.sub);
}
