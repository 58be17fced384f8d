/** What one workspace package may depend on. */
export interface Allowance {
  /** Its layer: imports go strictly downwards. */
  readonly rank: number;
  /** Packages of this workspace, by their short name. */
  readonly ours?: readonly string[];
  /** Packages of others, for `dependencies`. */
  readonly others?: readonly string[];
  /** Packages of others that the user brings, for `peerDependencies`. */
  readonly peers?: readonly string[];
}

/** The scope of every package of this workspace. */
export const scope = "@agent-oauth/";

const flow: Allowance = { rank: 2, ours: ["core", "node", "token-endpoint"], others: ["zod"] };
const mcpClient = "@modelcontextprotocol/client";

/** Every package that is published, by its short name; those still to come included. */
export const allowList: Readonly<Record<string, Allowance>> = {
  core: { rank: 0, others: ["lru-cache", "jose"] },
  node: { rank: 1, ours: ["core"], others: ["zod"] },
  "token-endpoint": { rank: 1, ours: ["core"], others: ["undici", "oauth4webapi", "zod"] },
  otel: { rank: 1, ours: ["core"], peers: ["@opentelemetry/api"] },
  "customer-mtls": flow,
  "lob-destination": flow,
  sts: flow,
  redis: { rank: 2, ours: ["core"], peers: ["redis"] },
  client: { rank: 3, ours: ["core"], peers: [mcpClient] },
  adk: { rank: 4, ours: ["core", "client"], peers: ["@google/adk", mcpClient] },
  langchain: { rank: 4, ours: ["core", "client"], peers: ["@langchain/core", mcpClient] },
  cli: { rank: 5, ours: ["customer-mtls", "lob-destination", "sts", "client"] },
  "mock-sts": {
    rank: 6,
    // Nothing of ours: it must not share our reading of a protocol.
    ours: [],
    others: [
      "@a2a-js/sdk",
      "@hono/node-server",
      "@modelcontextprotocol/node",
      "@modelcontextprotocol/server",
      "@peculiar/x509",
      // Two that the dashboard's page loads.
      "eventsource-parser",
      "lit-html",
      "hono",
      "jose",
      // Every bounded map of this workspace is one of these; it brings no dependency.
      "lru-cache",
      // A peer of the certificate library.
      "reflect-metadata",
      // The one YAML library that tells at which line and column each value stands.
      "yaml",
      "zod",
      "zod-openapi",
    ],
  },
};

/** The private packages, which may depend on everything. */
export const unrestricted: readonly string[] = [
  "bench",
  "docs",
  "e2e",
  "examples",
  "framework-examples",
];

/**
 * The private packages that only tests use. Every package but the mock may have them among its `devDependencies`; so that
 * it can, they use nothing of ours.
 */
export const testTools: readonly string[] = ["test-support"];
