import { describe, expect, it } from "vitest";
import { staticTokenSource } from "../sources/static-token-source.ts";
import { type BearerFetchOptions, bearerFetch } from "./bearer-fetch.ts";
import { recordingFetch } from "./recording-fetch.test-support.ts";

const source = staticTokenSource("t");
const bind = (options: BearerFetchOptions) => () => bearerFetch(source, options);

describe("bearerFetch with origins", () => {
  it("presents the token to each of them, and to no other", async () => {
    const { fetch, sent } = recordingFetch();
    const origins = ["https://a.example", new URL("https://B.example:8443/"), "http://c.example"];
    const bound = bearerFetch(source, { origins, allowInsecureHosts: ["c.example"], fetch });
    for (const url of [
      "https://a.example/x",
      "https://b.example:8443/y?z",
      "http://c.example/",
      "https://b.example/",
      "https://c.example/",
      "https://sub.a.example/",
    ]) {
      await bound(url);
    }
    expect(sent.map(({ authorization }) => authorization)).toEqual([
      "Bearer t",
      "Bearer t",
      "Bearer t",
      null,
      null,
      null,
    ]);
  });

  it("follows no redirect from one to another", async () => {
    const location = "https://b.example/";
    const { fetch, sent } = recordingFetch(
      new Response(null, { status: 307, headers: { location } }),
    );
    const origins = ["https://a.example", "https://b.example"];
    const answer = await bearerFetch(source, { origins, fetch })("https://a.example/");
    expect([answer.status, answer.headers.get("location")]).toEqual([307, location]);
    expect(sent).toHaveLength(1);
  });

  it("keeps to what they were when it was made", async () => {
    const { fetch, sent } = recordingFetch();
    const origins = ["https://a.example"];
    const bound = bearerFetch(source, { origins, fetch });
    origins.push("https://evil.example");
    await bound("https://evil.example/");
    expect(sent).toMatchObject([{ authorization: null }]);
  });

  it.each([
    ["neither", {}, 'give either "resource" or "origins"'],
    ["both", { resource: "https://a.example", origins: [] }, 'give either "resource" or "origins"'],
    ["an empty list", { origins: [] }, '"origins" must be a list of at least one origin'],
    ["no list", { origins: "https://a.example" as never }, '"origins" must be a list'],
    ["a path", { origins: ["https://a.example/mcp"] }, 'write "https://a.example"'],
    ["a query", { origins: ["https://a.example/?q"] }, 'write "https://a.example"'],
    [
      "a user",
      { origins: ["https://sentinel@a.example"] },
      "must not hold a user name or password",
    ],
    ["a bare host", { origins: ["a.example"] }, '"origins" must be an absolute URL'],
    ["http", { origins: ["http://a.example"] }, '"allowInsecureHosts" must name "a.example"'],
    [
      "hosts by http in one text, which holds others",
      { origins: ["http://a.example"], allowInsecureHosts: "not-a.example" as never },
      '"allowInsecureHosts" must be a list of hosts',
    ],
    ["a wildcard", { origins: ["*"] }, '"origins" must be an absolute URL'],
  ] as [string, BearerFetchOptions, string][])("refuses %s", (_, options, message) => {
    expect(bind(options)).toThrow(TypeError);
    expect(bind(options)).toThrow(message);
    expect(bind(options)).not.toThrow("sentinel");
  });
});
