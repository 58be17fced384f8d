import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { mcpServers } from "@agent-oauth/client";
import { staticTokenSource } from "@agent-oauth/core";
import { createCustomerMtlsFlow, createTransparentFlow } from "@agent-oauth/customer-mtls";
import { createLobFlow } from "@agent-oauth/lob-destination";
import { findServiceBindings, readServiceBinding, readVcapServices } from "@agent-oauth/node";
import { stsFromEnvironment } from "@agent-oauth/sts";
import { parseMcpServers } from "@agent-oauth/sts/schema";
import fc from "fast-check";
import { describe, expect, it } from "vitest";

/** How the schema library begins its own sentences, and what it says of types. */
const FOREIGN =
  /Invalid (?:input|key|string|URL|ISO|option)|Too (?:small|big)|expected (?:string|array|object|record|nonoptional|number)|received |Unrecognized/;

const SECRET = "s3cr3t-sentinel";
const scalar = fc.constantFrom(
  null,
  true,
  0,
  1.5,
  "",
  " ",
  "a",
  "https://a.example",
  "stdio",
  SECRET,
);

/** Any JSON value, whose objects have these members more often than not. */
function junk(...members: readonly string[]): fc.Arbitrary<unknown> {
  return fc.letrec((tie) => ({
    value: fc.oneof(
      { maxDepth: 4 },
      scalar,
      fc.array(tie("value"), { maxLength: 3 }),
      fc.dictionary(fc.constantFrom(...members, "zz"), tie("value"), { maxKeys: 5 }),
    ),
  })).value;
}

const text = (value: unknown) => (typeof value === "string" ? value : JSON.stringify(value));
const servers = junk(
  "mcpServers",
  "servers",
  "name",
  "url",
  "type",
  "command",
  "tools",
  "stsAudience",
);
const dependencies = junk("ordId", "globalTenantId");
const credentials = junk(
  "tokenServiceUrl",
  "clientid",
  "certificate",
  "privateKey",
  "gatewayUrl",
  "integrationDependencies",
  "ordId",
  "globalTenantId",
);
const binding = junk(
  "clientid",
  "clientsecret",
  "certificate",
  "key",
  "url",
  "uri",
  "uaadomain",
  "certurl",
  "credentials",
  "credential-type",
  "identityzone",
);
const vcap = junk(
  "VCAP_SERVICES",
  "destination",
  "user-provided",
  "name",
  "label",
  "tags",
  "credentials",
);
const metadata = junk("credentialProperties", "metaDataProperties", "name", "format", "container");

const tokens = staticTokenSource("t");
const integration = {
  INTEGRATION_CLIENT_ID: "c",
  INTEGRATION_AUTH_URL: "https://a.example/token",
  INTEGRATION_GATEWAY_URL: "https://g.example",
};

interface Entry {
  readonly name: string;
  readonly data: fc.Arbitrary<unknown>;
  readonly read: (data: unknown) => unknown;
}

const entries: readonly Entry[] = [
  { name: "parseMcpServers", data: servers, read: parseMcpServers },
  {
    name: "mcpServers",
    data: servers,
    read: (data) => mcpServers({ tokens, servers: data as never }).close(),
  },
  {
    name: "createCustomerMtlsFlow",
    data: credentials,
    read: async (data) => (await createCustomerMtlsFlow({ credentials: data as never })).close(),
  },
  {
    name: "createTransparentFlow",
    data: dependencies,
    read: (data) => {
      const env = { ...integration, INTEGRATION_DEPENDENCIES: text(data) };
      return createTransparentFlow({ env }).close();
    },
  },
  {
    name: "createLobFlow",
    data: binding,
    read: async (data) => {
      // A text would be the name of a binding.
      const binding = typeof data === "string" ? { uri: data } : data;
      const options = { binding: binding as never, landscape: "eu10", env: {} };
      return (await createLobFlow(options)).close();
    },
  },
  {
    name: "readVcapServices",
    data: vcap,
    read: async (data) => {
      const services = await readVcapServices({ env: { VCAP_SERVICES: text(data) } });
      for (const { failure } of services ?? []) if (failure !== undefined) throw failure;
    },
  },
  {
    name: "readServiceBinding",
    data: metadata,
    read: async (data) => {
      const root = mkdtempSync(join(tmpdir(), "agent-oauth-"));
      try {
        mkdirSync(join(root, "a"));
        writeFileSync(join(root, "a/type"), "destination");
        writeFileSync(join(root, "a/.metadata"), text(data));
        for (const found of await findServiceBindings({ root })) await readServiceBinding(found);
      } finally {
        rmSync(root, { recursive: true });
      }
    },
  },
  {
    name: "stsFromEnvironment",
    data: fc.record({
      STS_WELL_KNOWN_URI: scalar.map(text),
      KAGENT_STS_RESOURCE: scalar.map(text),
    }),
    read: (env) => stsFromEnvironment({ env: env as Record<string, string> }).close(),
  },
];

async function messageOf(run: () => unknown): Promise<string> {
  try {
    await run();
    return "";
  } catch (error) {
    return String(error);
  }
}

describe("what is wrong with files, variables and options", () => {
  it.each(entries)("is said in our words, without values, by $name", async ({ data, read }) => {
    let failures = 0;
    await fc.assert(
      fc.asyncProperty(data, async (value) => {
        const message = await messageOf(() => read(value));
        if (message !== "") failures++;
        expect(message).not.toMatch(FOREIGN);
        expect(message).not.toContain(SECRET);
        if (message !== "")
          expect(message).toMatch(/^(?:TokenError|TypeError|RangeError): Cannot /);
      }),
      { numRuns: 200 },
    );
    expect(failures).toBeGreaterThan(20);
  });
});
