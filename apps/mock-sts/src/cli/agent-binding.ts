import { join, resolve } from "node:path";
import { destinationBindingFiles } from "../btp/destination-binding.ts";
import type { MockSts } from "../mock-sts.ts";
import type { BindingFiles } from "./binding-files.ts";
import type { BindingRequest } from "./cli-arguments.ts";

/** Name of the file with the environment of an agent as shell commands. */
export const ENVIRONMENT_FILE = "env.sh";

/** Lifetime of the user tokens that are written to files, in milliseconds. */
const USER_TOKEN_LIFETIME_MS = 43_200_000;

/** Makes the files that an agent can start from: bindings, user tokens, the authority and the environment. */
export async function agentBindingFiles(
  mock: MockSts,
  request: BindingRequest,
): Promise<BindingFiles> {
  const { flows, users } = request;
  const tokens = users.map(async (user) => {
    const signIn = { ...parseUser(mock, user), expiresInMs: USER_TOKEN_LIFETIME_MS };
    return [userTokenFile(user), await mock.userToken(signIn)] as const;
  });
  const exports = Object.entries(agentEnvironment(mock, request)).map(
    ([name, value]) => `export ${name}=${quoted(value)}\n`,
  );
  return {
    ...(flows.includes("customer") && {
      "agent-gateway/type": "integration-credentials",
      "agent-gateway/credentials": `${JSON.stringify(mock.credentials(), undefined, 2)}\n`,
    }),
    ...(flows.includes("lob") && destinationBindingFiles(mock.destinationBinding())),
    "ca.pem": mock.ca,
    [ENVIRONMENT_FILE]: exports.join(""),
    ...Object.fromEntries(await Promise.all(tokens)),
  };
}

/** Lists the variables an agent needs to find the mock. */
export function agentEnvironment(
  mock: MockSts,
  { folder, flows }: Pick<BindingRequest, "folder" | "flows">,
): Readonly<Record<string, string>> {
  return {
    SERVICE_BINDING_ROOT: resolve(folder),
    NODE_EXTRA_CA_CERTS: resolve(join(folder, "ca.pem")),
    APPFND_CONHOS_LANDSCAPE: mock.landscape,
    AGENT_OAUTH_TENANT_TOKEN_URL: `${mock.url}/{tenant}/oauth/token`,
    ...(flows.includes("sts") && { STS_WELL_KNOWN_URI: mock.sts.wellKnownUri }),
  };
}

/** Names the file of a user's token. */
export function userTokenFile(user: string): string {
  return `${encodeURIComponent(user).replaceAll("%40", "@")}.jwt`;
}

/** `NAME@TENANT` is a user of a tenant; any other `@` belongs to the name. */
function parseUser({ tenants }: MockSts, user: string): { sub: string; tenant?: string } {
  const at = user.lastIndexOf("@");
  const tenant = user.slice(at + 1);
  const isTenant = at > 0 && tenants.some(({ subdomain }) => subdomain === tenant);
  return isTenant ? { sub: user.slice(0, at), tenant } : { sub: user };
}

/** A shell leaves text within single quotes unchanged, except the quote itself. */
function quoted(value: string): string {
  return `'${value.replaceAll("'", "'\\''")}'`;
}
