import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { decodeJwt } from "jose";
import { Agent, fetch } from "undici";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { jwtBearerForm } from "../../../test-support/agent.ts";
import { runTool } from "../../../test-support/tool.ts";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "mock-sts-"));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

interface Ready {
  readonly environment: Readonly<Record<string, string>>;
  readonly notes: readonly string[];
  readonly userTokens: readonly { file: string; clientId: string }[];
}

/** Starts the mock with files for agents, and returns what it says when it is ready. */
async function start(args: string, whileReady?: (ready: Ready) => Promise<void>) {
  const line = ["--write-binding", folder, ...args.split(" ").filter(Boolean)];
  const { code, out, errors } = await runTool(line, {
    folder,
    whileReady: async (printed) => whileReady?.(JSON.parse(printed.out) as Ready),
  });
  if (code !== 0) throw new Error(errors);
  return JSON.parse(out.split("\n")[0] ?? "") as Ready;
}

const TLS = ["NODE_EXTRA_CA_CERTS", "SSL_CERT_FILE", "REQUESTS_CA_BUNDLE"];
const LOB = ["APPFND_CONHOS_LANDSCAPE", "AGENT_OAUTH_TENANT_TOKEN_URL"];
const STS = ["STS_WELL_KNOWN_URI", "KAGENT_STS_AUDIENCE", "KAGENT_STS_RESOURCE"];
const INTEGRATION = ["CLIENT_ID", "AUTH_URL", "GATEWAY_URL", "DEPENDENCIES"].map(
  (name) => `INTEGRATION_${name}`,
);
const ROOT = ["SERVICE_BINDING_ROOT"];

describe("the environment of an agent", () => {
  it.each([
    ["", [...ROOT, ...TLS, ...LOB, ...STS]],
    ["--preset everything", [...ROOT, ...TLS, ...LOB, ...STS]],
    ["--preset ias", [...ROOT, ...TLS]],
    ["--preset btp-lob", [...ROOT, ...TLS, ...LOB]],
    ["--preset kagent-sts", [...TLS, ...STS]],
    ["--preset keycloak-like", [...TLS, ...STS]],
    ["--flow customer", [...ROOT, ...TLS]],
    ["--flow lob", [...ROOT, ...TLS, ...LOB]],
    ["--flow sts", [...TLS, ...STS]],
    ["--flow sts --preset ias", [...TLS, "STS_WELL_KNOWN_URI"]],
    ["--flow transparent", [...TLS, ...INTEGRATION]],
    ["--flow transparent --http", INTEGRATION],
    ["--http", [...ROOT, ...LOB, ...STS]],
    ["--preset kagent-sts --http", STS],
  ])("with %j has what the mock serves, and nothing else", async (args, names) => {
    const { environment } = await start(args);
    expect(Object.keys(environment).sort()).toEqual([...names].sort());
    const exports = await readFile(join(folder, "env.sh"), "utf8");
    expect(exports.match(/(?<=^export )\w+/gm)?.sort()).toEqual([...names].sort());
    const files = await readdir(folder);
    expect(files.includes("ca.pem")).toBe(names.includes("NODE_EXTRA_CA_CERTS"));
    expect(files.includes("ca-bundle.pem")).toBe(names.includes("SSL_CERT_FILE"));
    expect(files.includes("agent-gateway") || files.includes("destination")).toBe(
      names.includes("SERVICE_BINDING_ROOT"),
    );
  });

  it("names the audiences and the resources of the exchange, as lists with commas", async () => {
    const { environment } = await start("--preset kagent-sts");
    expect(environment.KAGENT_STS_AUDIENCE).toBe("tickets,payroll,directory");
    const resources = environment.KAGENT_STS_RESOURCE?.split(",") ?? [];
    expect(resources).toHaveLength(3);
    expect(resources.every((uri) => URL.canParse(uri))).toBe(true);
  });

  it("gives kagent a token that all its servers accept, without a client", async () => {
    await start("--preset kagent-sts --user alice", async ({ environment }) => {
      const { SSL_CERT_FILE = "", KAGENT_STS_AUDIENCE = "" } = environment;
      const dispatcher = new Agent({ connect: { ca: await readFile(SSL_CERT_FILE) } });
      const metadata = await fetch(environment.STS_WELL_KNOWN_URI ?? "", { dispatcher });
      const { token_endpoint } = (await metadata.json()) as { token_endpoint: string };
      const resources = environment.KAGENT_STS_RESOURCE?.split(",") ?? [];
      const response = await fetch(token_endpoint, {
        method: "POST",
        body: new URLSearchParams([
          ["grant_type", "urn:ietf:params:oauth:grant-type:token-exchange"],
          ["subject_token", await readFile(join(folder, "alice.jwt"), "utf8")],
          ["subject_token_type", "urn:ietf:params:oauth:token-type:jwt"],
          ...KAGENT_STS_AUDIENCE.split(",").map((name): [string, string] => ["audience", name]),
          ...resources.map((uri): [string, string] => ["resource", uri]),
        ]),
        dispatcher,
      });
      expect(response.status).toBe(200);
      const { access_token } = (await response.json()) as { access_token: string };
      for (const uri of resources) {
        const headers = { Authorization: `Bearer ${access_token}` };
        expect((await fetch(uri, { method: "POST", headers, dispatcher })).status).not.toBe(401);
      }
      await dispatcher.close();
    });
  });

  it("makes transparent mode work: a client without proof, and a user token for it", async () => {
    await start("--flow transparent --user alice --http", async ({ environment, userTokens }) => {
      const { INTEGRATION_CLIENT_ID: clientId = "" } = environment;
      expect(userTokens).toEqual([{ user: "alice", file: "alice.jwt", clientId }]);
      const assertion = await readFile(join(folder, "alice.jwt"), "utf8");
      const [dependency] = JSON.parse(environment.INTEGRATION_DEPENDENCIES ?? "");
      const { ordId, globalTenantId } = dependency;
      const url = `${environment.INTEGRATION_GATEWAY_URL}/v1/mcp/${ordId}/${globalTenantId}`;
      const user = { ...jwtBearerForm(assertion), client_id: clientId };
      const { assertion: _, ...system } = { ...user, grant_type: "client_credentials" };
      for (const form of [user, system]) {
        const response = await fetch(environment.INTEGRATION_AUTH_URL ?? "", {
          method: "POST",
          body: new URLSearchParams(form),
        });
        const { access_token } = (await response.json()) as { access_token: string };
        const headers = { Authorization: `Bearer ${access_token}` };
        expect((await fetch(url, { method: "POST", headers })).status).not.toBe(401);
      }
    });
  });

  it("follows the options of the exchange service", async () => {
    const config = "sts: { severalTargets: refuse, quirks: [zitadel-invalid-target-for-resource] }";
    await writeFile(join(folder, "mock-sts.yaml"), config);
    const { environment } = await start("--flow sts");
    expect(environment.KAGENT_STS_AUDIENCE).toBe("tickets");
    expect(environment).not.toHaveProperty("KAGENT_STS_RESOURCE");
  });
});

describe("the user tokens", () => {
  it.each([
    ["", "alice", "mock-agent", "mock-tenant"],
    ["", "alice@provider-zone", "mock-agent", "mock-tenant"],
    ["", "alice@tenant-a", "mock-lob-agent", "tenant-a-id"],
    ["", "alice@example.com", "mock-agent", "mock-tenant"],
    ["--flow transparent", "alice", "mock-transparent-agent", "mock-tenant"],
    ["--flow sts --client sdk:secret", "alice", "sdk", "mock-tenant"],
    ["--client sdk:secret", "alice", "mock-agent", "mock-tenant"],
  ])("with %j, that of %s is written for %s", async (args, user, clientId, app_tid) => {
    const { userTokens } = await start(`${args} --user ${user}`);
    expect(userTokens).toEqual([{ user, file: `${user}.jwt`, clientId }]);
    const claims = decodeJwt(await readFile(join(folder, `${user}.jwt`), "utf8"));
    expect(claims).toMatchObject({ aud: clientId, app_tid });
  });

  it("are noted with their clients on the screen", async () => {
    const line = ["--write-binding", folder, "--user", "bob@tenant-a"];
    const { out } = await runTool(line, { folder, isTerminal: true });
    expect(out).toContain(`${join(folder, "bob@tenant-a.jwt")}, written for mock-lob-agent\n`);
  });

  it.each([
    [
      "alice@tenant-c",
      'no tenant "tenant-c", only provider-zone, tenant-a, tenant-b; did you mean',
    ],
    ["alice@Tenant-A", 'no tenant "Tenant-A"'],
    ["alice@localhost", 'no tenant "localhost"'],
    ["@tenant-a", "has no name before the @"],
    ["alice@", "has no tenant after the @"],
    ["@", "has no tenant after the @"],
  ])("are refused for %s, and nothing is written", async (user, message) => {
    const line = ["--write-binding", folder, "--user", user];
    const { code, errors, out } = await runTool(line, { folder });
    expect([code, out]).toEqual([2, ""]);
    expect(errors).toContain(message);
    expect(await readdir(folder)).toEqual([]);
  });
});

describe("the flows of a binding", () => {
  it.each([
    ["lob", "ias", "needs a subscriber"],
    ["lob", "kagent-sts", "needs a subscriber"],
    ["customer", "kagent-sts", "needs an MCP server or an agent behind the gateway"],
    ["transparent", "kagent-sts", "needs an MCP server or an agent behind the gateway"],
    ["customer", "keycloak-like", "needs an MCP server or an agent behind the gateway"],
    ["transparent", "keycloak-like", "needs an MCP server or an agent behind the gateway"],
  ])("refuses files for the flow %s of preset %s, which has nothing for it", async (...args) => {
    const [flow, preset, need] = args;
    const line = ["--write-binding", folder, "--flow", flow, "--preset", preset];
    const { code, errors } = await runTool(line, { folder });
    expect([code, errors]).toEqual([2, expect.stringContaining(`--flow ${flow} ${need}`)]);
    expect(await readdir(folder)).toEqual([]);
  });

  it("warns of the customer flow over plain HTTP, and of no other", async () => {
    const [note] = (await start("--http --flow customer")).notes;
    expect(note).toContain("cannot work over plain HTTP");
    expect((await start("--http --flow transparent")).notes).toEqual([]);
    expect((await start("--flow customer")).notes).toEqual([]);
  });

  it("leaves no binding of another flow behind at the next start", async () => {
    await start("--flow customer");
    await start("--flow customer");
    await start("--flow lob --user bob@tenant-a");
    const files = (await readdir(folder)).sort();
    expect(files).toEqual([
      ".mock-sts.json",
      "bob@tenant-a.jwt",
      "ca-bundle.pem",
      "ca.pem",
      "destination",
      "env.sh",
    ]);
  });
});
