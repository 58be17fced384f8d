// The order in which the site shows its pages.

interface Item {
  readonly text: string;
  readonly link: string;
}

const guides: Item[] = [
  { text: "Start in five minutes", link: "/start" },
  { text: "Token exchange (STS)", link: "/guides/sts" },
  { text: "SAP Agent Gateway: customer agents", link: "/guides/customer-mtls" },
  { text: "SAP Agent Gateway: line-of-business agents", link: "/guides/lob-destination" },
  { text: "MCP servers and tokens of your own", link: "/guides/mcp-servers" },
  { text: "Agent frameworks", link: "/frameworks" },
  { text: "Incoming requests", link: "/incoming-requests" },
];

const operation: Item[] = [
  { text: "Errors", link: "/errors" },
  { text: "When a tool is called again", link: "/tool-calls" },
  { text: "Scaling", link: "/scaling" },
  { text: "Security model", link: "/security-model" },
  { text: "Runtimes and bundlers", link: "/runtimes" },
  { text: "From SAP's Python SDK", link: "/python-sdk" },
];

const packages: Item[] = [
  "core",
  "client",
  "sts",
  "customer-mtls",
  "lob-destination",
  "token-endpoint",
  "node",
  "adk",
  "langchain",
  "otel",
  "mock-sts",
].map((name) => ({ text: name, link: `/packages/${name}` }));

const mock: Item[] = [
  { text: "Tests", link: "/mock-sts/testing" },
  { text: "Dashboard", link: "/mock-sts/dashboard" },
  { text: "Configuration", link: "/mock-sts/configuration" },
  { text: "Controls", link: "/mock-sts/controls" },
  { text: "Protocol", link: "/mock-sts/protocol" },
  { text: "Conformance", link: "/mock-sts/conformance" },
];

const project: Item[] = [
  { text: "Architecture", link: "/architecture" },
  { text: "Decisions", link: "/decisions/" },
  { text: "Adding a grant", link: "/adding-a-grant" },
  { text: "Cases from public reports", link: "/public-reports" },
  { text: "Contributing", link: "/contributing" },
  { text: "Reporting a vulnerability", link: "/security" },
];

/** The links at the top of each page. */
export const navigation: Item[] = [
  { text: "Start", link: "/start" },
  { text: "Errors", link: "/errors" },
  { text: "API", link: "/api/" },
];

/** The list of pages at the side of each page. */
export const sidebar: { text: string; items: Item[]; collapsed?: boolean }[] = [
  { text: "Guides", items: guides },
  { text: "In operation", items: operation },
  { text: "Packages", items: packages },
  { text: "The mock", items: mock, collapsed: true },
  { text: "The project", items: project, collapsed: true },
  { text: "API reference", items: [{ text: "All packages", link: "/api/" }] },
];
