// Run by no-secrets.test.ts in a process of its own: it shows everything that there is to be seen, and keeps the access
// tokens that it got in a file, so that what was shown can be searched for them.
import { writeFile } from "node:fs/promises";
import { inspect } from "node:util";
import { createAgentGatewayClient } from "@agent-oauth/client";
import { createCustomerMtlsFlow } from "@agent-oauth/customer-mtls";

const { CREDENTIALS_FILE = "", CA = "", TOKENS_FILE = "", ...env } = process.env;
const { GOOD_USER_TOKEN = "", BAD_USER_TOKEN = "" } = env;

const show = (name: string, value: unknown) => {
  console.log(name, inspect(value, { depth: null, showHidden: true, getters: true }));
  console.log(name, JSON.stringify(value), String(value));
};
const flow = await createCustomerMtlsFlow({
  credentialsFile: CREDENTIALS_FILE,
  ca: CA,
  onEvent: (event) => show("event", event),
});
const client = createAgentGatewayClient({ flow, onEvent: (event) => show("event", event) });
const attempt = async (name: string, work: () => Promise<unknown>) => {
  try {
    show(name, await work());
  } catch (error) {
    show(name, error);
    console.error(name, error);
  }
};

const tokens: string[] = [];
const got = async <T extends { readonly token: string }>(work: Promise<T>) => {
  const token = await work;
  tokens.push(token.token);
  return token;
};
const servers = await flow.listMcpServers();
const call = (userToken: string) => async () =>
  Promise.all(
    servers.map((server) =>
      client.callMcpTool({ name: "echo", server }, { text: "hello" }, { userToken }),
    ),
  );

await attempt("system token", () => got(client.getSystemAuth()));
await attempt("user token", () => got(client.getUserAuth(GOOD_USER_TOKEN)));
await attempt("bad user token", () => client.getUserAuth(BAD_USER_TOKEN));
await attempt("tools", () => client.listMcpTools({ userToken: GOOD_USER_TOKEN }));
await attempt("calls", call(GOOD_USER_TOKEN));
await attempt("bad calls", call(BAD_USER_TOKEN));
client.clearTokenCache();
await attempt("another user token", () => got(client.getUserAuth(GOOD_USER_TOKEN)));
await attempt("wrong input", () => client.getUserAuth({ token: GOOD_USER_TOKEN } as never));
await attempt("no tool", () =>
  client.callMcpTool({ name: GOOD_USER_TOKEN } as never, {}, { userToken: GOOD_USER_TOKEN }),
);
show("source", [
  flow.userTokens,
  flow.userTokens.explainKey({ subjectToken: GOOD_USER_TOKEN }),
  flow.userTokens.stats(),
  flow.userTokens.identity,
]);
show("flow", flow);
show("client", client);
await client.close();
await flow.close();
await attempt("closed", () => client.getUserAuth(GOOD_USER_TOKEN));
await writeFile(TOKENS_FILE, JSON.stringify(tokens));
