import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  Client,
  ClientCredentialsProvider,
  CrossAppAccessProvider,
  type OAuthClientProvider,
  PrivateKeyJwtProvider,
  requestJwtAuthorizationGrant,
  StreamableHTTPClientTransport,
} from "@modelcontextprotocol/client";
import { exportJWK, generateKeyPair } from "jose";
import { Agent, fetch, type RequestInit } from "undici";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { runTool } from "../../test-support/tool.ts";
import { PRESET_NAMES } from "../config/preset-names.ts";

// The SDK does not form-encode a secret for Basic (RFC 6749, appendix B): a plus would be a space.
const CLIENT = { clientId: "sdk", clientSecret: "s e:c/ret" };

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "mock-sts-"));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

/** What the running mock is like for a client on this machine. */
interface Started {
  /** The URLs of MCP servers on the screen. */
  readonly urls: readonly string[];
  readonly fetch: typeof globalThis.fetch;
}

/** Starts the mock on the command line; the client trusts the file that it wrote. */
async function start(args: readonly string[], use: (started: Started) => Promise<void>) {
  const client = `${CLIENT.clientId}:${CLIENT.clientSecret}`;
  const binding = join(folder, "bindings");
  const line = [...args, "--client", client, "--write-binding", binding];
  const { code, errors, out } = await runTool(line, {
    folder,
    isTerminal: true,
    async whileReady(printed) {
      const ca = await readFile(join(binding, "ca.pem"));
      const dispatcher = new Agent({ connect: { ca } });
      const urls = printed.out.match(/(?<=^ +)https:\S+\/v1\/mcp\/\S+$/gm) ?? [];
      const send = (url: string | URL, init: RequestInit) => fetch(url, { ...init, dispatcher });
      await use({ urls, fetch: send as unknown as typeof globalThis.fetch });
      await dispatcher.destroy();
    },
  });
  expect([code, errors]).toEqual([0, ""]);
  return out;
}

/** Lists the tools of a server and calls one, as the SDK does it for an agent. */
async function useServer(url: string, provider: OAuthClientProvider, send: Started["fetch"]) {
  const client = new Client({ name: "agent", version: "1.0.0" });
  const transport = new StreamableHTTPClientTransport(new URL(url), {
    authProvider: provider,
    fetch: send,
  });
  await client.connect(transport);
  const { tools } = await client.listTools();
  const { structuredContent } = await client.callTool({ name: "whoami", arguments: {} });
  await client.close();
  return { tools: tools.length, caller: structuredContent };
}

/** The issuer that the metadata of a server names: an operator would be told. */
async function issuerOf(url: string, send: Started["fetch"]): Promise<string> {
  const { origin, pathname } = new URL(url);
  const response = await send(`${origin}/.well-known/oauth-protected-resource${pathname}`, {});
  const document = (await response.json()) as { authorization_servers: string[] };
  return document.authorization_servers[0] ?? "";
}

/** Presets, and how many URLs each prints. */
const counts = {
  everything: 9,
  ias: 3,
  "btp-lob": 9,
  "kagent-sts": 3,
  "keycloak-like": 2,
} as const;
const starts = ["", ...PRESET_NAMES.map((name) => `--preset ${name}`)];

describe("the official TypeScript SDK", () => {
  it.each(starts)("gets a token by client credentials for every URL of %j", async (line) => {
    const [, preset = "everything"] = line.split(" ") as [string, keyof typeof counts | undefined];
    const out = await start(line.split(" ").filter(Boolean), async ({ urls, fetch: send }) => {
      expect(urls).toHaveLength(counts[preset]);
      for (const url of urls) {
        const expectedIssuer = await issuerOf(url, send);
        const provider = new ClientCredentialsProvider({ ...CLIENT, expectedIssuer });
        const { tools, caller } = await useServer(url, provider, send);
        expect([url, tools]).toEqual([url, 5]);
        expect(caller).toMatchObject({ sub: CLIENT.clientId, clientId: CLIENT.clientId });
      }
    });
    expect(out).not.toContain("invalid_target");
    expect(out).not.toContain("invalid_client");
  });

  it("may send its secret in the form too, as its Python sibling can", async () => {
    await start(["--preset", "ias"], async ({ urls, fetch: send }) => {
      const [url = ""] = urls;
      const expectedIssuer = await issuerOf(url, send);
      const plain = new ClientCredentialsProvider({ ...CLIENT, expectedIssuer });
      const provider: OAuthClientProvider = Object.assign(plain, {
        addClientAuthentication(_headers: Headers, form: URLSearchParams) {
          form.set("client_id", CLIENT.clientId);
          form.set("client_secret", CLIENT.clientSecret);
        },
      });
      const { caller } = await useServer(url, provider, send);
      expect(caller).toMatchObject({ sub: CLIENT.clientId });
    });
  });

  it("gets a token by a signed assertion for every URL", async () => {
    const { privateKey, publicKey } = await generateKeyPair("ES256", { extractable: true });
    const jwks = { keys: [await exportJWK(publicKey)] };
    const signer = { clientId: "signer", authentication: "private_key_jwt", jwks };
    await writeFile(join(folder, "mock-sts.json"), JSON.stringify({ clients: [signer] }));
    const key = { privateKey: { ...(await exportJWK(privateKey)) }, algorithm: "ES256" };
    await start([], async ({ urls, fetch: send }) => {
      for (const url of urls) {
        const expectedIssuer = await issuerOf(url, send);
        const provider = new PrivateKeyJwtProvider({ clientId: "signer", ...key, expectedIssuer });
        const { caller } = await useServer(url, provider, send);
        expect(caller).toMatchObject({ sub: "signer" });
      }
    });
  });

  it("acts for a user across two authorization servers, with an identity assertion", async () => {
    const issuer = {
      name: "idp",
      clients: [{ ...CLIENT, authentication: "client_secret_post" }],
    };
    await writeFile(join(folder, "mock-sts.json"), JSON.stringify({ issuers: [issuer] }));
    const args = ["--preset", "kagent-sts", "--flow", "sts", "--user", "alice"];
    await start(args, async ({ urls, fetch: send }) => {
      const idToken = await readFile(join(folder, "bindings", "alice.jwt"), "utf8");
      for (const url of urls) {
        const expectedIssuer = await issuerOf(url, send);
        const provider = new CrossAppAccessProvider({
          ...CLIENT,
          expectedIssuer,
          assertion: async ({ authorizationServerUrl, resourceUrl }) => {
            const { jwtAuthGrant } = await requestJwtAuthorizationGrant({
              ...CLIENT,
              tokenEndpoint: `${new URL(expectedIssuer).origin}/idp/token`,
              audience: String(authorizationServerUrl),
              resource: String(resourceUrl),
              idToken,
              fetchFn: send,
            });
            return jwtAuthGrant;
          },
        });
        expect((await useServer(url, provider, send)).caller).toMatchObject({ sub: "alice" });
      }
    });
  });
});
