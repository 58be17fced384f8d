import { describe, expect, it } from "vitest";
import { createAccessToken } from "../token/access-token.ts";
import type { GetTokenOptions, TokenRequest } from "../token/token-source.ts";
import { bindBearer } from "./bearer-binding.ts";
import { bearerFetch } from "./bearer-fetch.ts";
import { recordingFetch } from "./recording-fetch.test-support.ts";

const resource = "https://mcp.example/mcp";

/** Yields t1, t2, … and writes down how it was asked. */
function optionsSource() {
  const asked: (GetTokenOptions | undefined)[] = [];
  return {
    asked,
    identity: undefined,
    async getToken(_: TokenRequest | undefined, options?: GetTokenOptions) {
      asked.push(options);
      return createAccessToken({ token: `t${asked.length}` });
    },
  };
}

describe("the server that refused a token", () => {
  it("is named to the source by bearerFetch, without query, fragment and password", async () => {
    const source = optionsSource();
    const { fetch } = recordingFetch(new Response(null, { status: 401 }), new Response("ok"));
    await bearerFetch(source, { resource, fetch })(`${resource}/a?key=s3ntinel#s3ntinel`);
    expect(source.asked).toEqual([
      undefined,
      { rejected: expect.objectContaining({ token: "t1" }), rejectedBy: `${resource}/a` },
    ]);
  });

  it("is the one that was called, wherever in its origin it redirects to", async () => {
    const source = optionsSource();
    const elsewhere = new Response(null, { status: 307, headers: { location: "/4711" } });
    const refused = new Response(null, { status: 401 });
    const { fetch } = recordingFetch(elsewhere, refused, new Response("ok"));
    await bearerFetch(source, { resource, fetch })(resource);
    expect(source.asked[1]?.rejectedBy).toBe(resource);
  });

  it("is named by whoever uses bindBearer, or left out", async () => {
    const source = optionsSource();
    const binding = bindBearer(source, { resource });
    const bearer = await binding.begin();
    expect((await bearer.renew(new URL("https://u:p@mcp.example/mcp?x#y"))).authorization).toBe(
      "Bearer t2",
    );
    await bearer.renew();
    expect(source.asked[1]).toMatchObject({ rejected: { token: "t1" }, rejectedBy: resource });
    expect(Object.keys(source.asked[2] ?? {})).toEqual(["rejected"]);
    await expect(bearer.renew("/mcp?key=s3ntinel")).rejects.toThrow(
      new TypeError("Cannot name the server that refused the token: it must be an absolute URL"),
    );
  });
});

describe.each([
  ["undefined", undefined, "ERR_TOKEN_RESPONSE"],
  ["a raw answer of a token endpoint", { access_token: "s3ntinel" }, "ERR_TOKEN_RESPONSE"],
  ["a blank token", { token: " " }, "ERR_TOKEN_RESPONSE"],
  ["a text", "s3ntinel", "ERR_TOKEN_RESPONSE"],
])("a source that yields %s", (_, answer, code) => {
  const useless = { identity: undefined, getToken: async () => answer as never };

  it("makes bearerFetch fail before anything is sent", async () => {
    const { fetch, sent } = recordingFetch();
    const error = await bearerFetch(useless, { resource, fetch })(resource).catch(
      (e: unknown) => e,
    );
    expect(error).toMatchObject({ code });
    expect(String(error)).not.toContain("s3ntinel");
    expect(sent).toEqual([]);
  });

  it("makes it fail at the renewal too", async () => {
    const { fetch, sent } = recordingFetch(new Response(null, { status: 401 }));
    let n = 0;
    const source = {
      identity: undefined,
      getToken: async () => (n++ === 0 ? createAccessToken({ token: "t1" }) : (answer as never)),
    };
    await expect(bearerFetch(source, { resource, fetch })(resource)).rejects.toMatchObject({
      code,
    });
    expect(sent).toHaveLength(1);
  });
});

describe("the options of bearerFetch and bindBearer", () => {
  const wrong: [string, unknown, string][] = [
    ["a misspelt name", { resource, onInsufficentScope: () => {} }, '"onInsufficientScope"?'],
    ["an unknown name", { resource, zzz: undefined }, 'no option "zzz"'],
    ["a URL by itself", resource, "must be a plain object, not a string"],
    ["a promise", Promise.resolve({ resource }), 'a promise (is an "await" missing?)'],
    ["nothing", undefined, 'give either "resource" or "origins"'],
    ["a callback that is none", { resource, onInsufficientScope: 1 }, '"onInsufficientScope"'],
    ["blank hosts", { resource, allowInsecureHosts: [" "] }, '"allowInsecureHosts"'],
  ];
  it.each(wrong)("refuse %s", (_, options, says) => {
    for (const bind of [bearerFetch, bindBearer]) {
      expect(() => bind(optionsSource(), options as never)).toThrow(TypeError);
      expect(() => bind(optionsSource(), options as never)).toThrow(says);
    }
  });

  it("refuse what is no source and no fetch", () => {
    expect(() => bearerFetch({} as never, { resource })).toThrow('"source" must be a token source');
    const fetch = "fetch" as never;
    expect(() => bearerFetch(optionsSource(), { resource, fetch })).toThrow('"fetch"');
    expect(() => bindBearer(optionsSource(), { resource, fetch } as never)).toThrow(
      'no option "fetch"',
    );
  });
});
