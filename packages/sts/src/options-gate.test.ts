import { describe, expect, it } from "vitest";
import { mcpServersSchema, parseMcpServers } from "./config/schema.ts";
import { stsFromEnvironment } from "./config/sts-environment.ts";
import { toolAudiences } from "./config/tool-audiences.ts";
import { createStsTokenSource } from "./exchange/create-sts-token-source.ts";
import { propagatingTokenSource } from "./exchange/propagating-token-source.ts";

const metadataUrl = "https://sts.example/m";
const env = { STS_WELL_KNOWN_URI: metadataUrl };
const server = { name: "orders", url: "https://orders.example/mcp" };

/** What takes an options object, with options that are right, and what a misspelt one must be told. */
type Row = readonly [
  name: string,
  take: (options: never) => unknown,
  right: object,
  wrong: object,
  suggestion: RegExp,
];

const rows: readonly Row[] = [
  [
    "createStsTokenSource",
    createStsTokenSource,
    { metadataUrl },
    { audiance: ["sentinel"] },
    /no option "audiance"; did you mean "audience"\?/,
  ],
  [
    "propagatingTokenSource",
    propagatingTokenSource,
    {},
    { audienceMissmatch: "error" },
    /Mismatch"/,
  ],
  ["stsFromEnvironment", stsFromEnvironment, { env }, { actorIgnore: "error" }, /"actorIgnored"/],
  ["stsFromEnvironment", stsFromEnvironment, { env }, { metadataUrl }, /no option "metadataUrl"/],
  [
    "parseMcpServers",
    (options) => parseMcpServers([], options),
    { allowInsecureHosts: ["localhost"] },
    { allowInsecureHost: ["localhost"] },
    /"allowInsecureHosts"/,
  ],
  ["mcpServersSchema", mcpServersSchema, {}, { insecureHosts: [] }, /"allowInsecureHosts"/],
  [
    "toolAudiences",
    (one) => toolAudiences([one]),
    { ...server, request: { audience: ["a"] }, tools: { pay: { audience: ["b"] } } },
    { audience: ["sentinel"] },
    /no member of a server "audience"/,
  ],
  [
    "toolAudiences' request",
    (request) => toolAudiences([{ ...server, request }]),
    { audience: ["a"] },
    { audiance: ["sentinel"] },
    /resolve audiences: there is no member of a server's request "audiance"; did you mean "audience"\?/,
  ],
  [
    "toolAudiences' tools",
    (tool) => toolAudiences([{ ...server, tools: { pay: tool } }]),
    { audience: ["a"] },
    { audiance: ["sentinel"] },
    /resolve audiences: there is no member of a tool's request "audiance"; did you mean "audience"\?/,
  ],
];

describe("a factory", () => {
  it.each(rows)(
    "%s refuses an option that it does not know",
    (_, take, right, wrong, suggestion) => {
      const taking = (options: unknown) => () => take(options as never);
      expect(taking(right)).not.toThrow();
      expect(taking({ ...right, ...wrong })).toThrow(TypeError);
      expect(taking({ ...right, ...wrong })).toThrow(suggestion);
      expect(taking({ ...right, ...wrong })).not.toThrow(/sentinel/);
    },
  );

  it.each(rows)("%s refuses what is no plain object", (_, take) => {
    for (const junk of ["sentinel", 7, null, true, [], new Map(), Promise.resolve({}), () => {}]) {
      expect(() => take(junk as never)).toThrow(TypeError);
      expect(() => take(junk as never)).not.toThrow(/sentinel/);
    }
  });
});

describe("an actor's token", () => {
  it("refuses a member that it does not know", () => {
    const token = { file: "/no/such/file", files: "sentinel" };
    expect(() => createStsTokenSource({ metadataUrl, actor: { name: "agent", token } })).toThrow(
      /there is no member of an actor's token "files"; did you mean "file"\?/,
    );
  });
});

describe("getToken", () => {
  it.each([createStsTokenSource({ metadataUrl }), propagatingTokenSource()])(
    "refuses options that it does not know, and fields",
    async (source) => {
      const request = { subjectToken: "user" };
      await expect(source.getToken(request, { singal: 1 } as never)).rejects.toThrow(/"signal"/);
      await expect(source.getToken(request, "sentinel" as never)).rejects.toThrow(/not a string/);
      const misspelt = { ...request, audiance: ["a"] };
      await expect(source.getToken(misspelt as never)).rejects.toThrow(TypeError);
    },
  );
});

describe("parseMcpServers", () => {
  it("suggests the key that was meant, and lists many unknown ones shortly", () => {
    const parse = (more: object) => () => parseMcpServers([{ ...server, ...more }]);
    expect(parse({ stsAudiance: "sentinel" })).toThrow(
      /\[0\] is wrong: there is no key "stsAudiance"; did you mean "stsAudience"\?/,
    );
    const many = Object.fromEntries(Array.from({ length: 9_999 }, (_, i) => [`${i}`, "sentinel"]));
    expect(parse(many)).toThrow(/\[0\] has unknown keys: "0", "1", "2", "3", "4" and 9,994 more$/);
  });
});

describe("toolAudiences", () => {
  it("shows a server's name shortly", () => {
    const audienceOf = toolAudiences([]);
    expect(() => audienceOf({ server: "x".repeat(9_999), name: "a" })).toThrow(
      /"x{80}…" is not configured$/,
    );
  });
});
