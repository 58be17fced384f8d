import { describe, expect, it } from "vitest";
import { serverRefs } from "./server-ref.ts";

const options = { tenant: "acme", allowInsecureHosts: ["localhost:1"] };

describe("serverRefs", () => {
  it("makes a reference of each URL, with the ids that it tells", () => {
    const refs = serverRefs(
      [
        { name: "a", url: "https://agw.example/v1/mcp/ord%3A1/7" },
        { name: "b", url: "https://agw.example/v1/mcp/ord%3A1/7" },
        { name: "c", url: "https://other.example/x" },
        { name: "d", url: "http://localhost:1/v1/mcp/o/7" },
      ],
      options,
    );
    expect(refs).toEqual([
      {
        name: "a",
        url: "https://agw.example/v1/mcp/ord%3A1/7",
        ordId: "ord:1",
        globalTenantId: "7",
      },
      { name: "c", url: "https://other.example/x" },
      { name: "d", url: "http://localhost:1/v1/mcp/o/7", ordId: "o", globalTenantId: "7" },
    ]);
    expect(Object.isFrozen(refs)).toBe(true);
    expect(refs.every(Object.isFrozen)).toBe(true);
  });

  it("says why one cannot be used, by tenant and fragment, and keeps the others", () => {
    const refs = serverRefs(
      [
        { name: "blank", url: "" },
        { name: "blank too", url: "" },
        { name: "plain", url: "http://agw.example/v1/mcp/o/7" },
        { name: "odd", url: "agw.example" },
        { name: "user", url: "https://a:b@agw.example" },
        { name: "good", url: "https://agw.example/v1/mcp/o/7" },
      ],
      options,
    );
    expect(
      refs.map(({ name, fault }) => [
        name,
        fault?.code,
        fault?.message.replace("Cannot use the fragment ", ""),
      ]),
    ).toEqual([
      ["blank", "ERR_TOKEN_CONFIG", '"blank" of tenant "acme": it has no URL'],
      ["blank too", "ERR_TOKEN_CONFIG", '"blank too" of tenant "acme": it has no URL'],
      [
        "plain",
        "ERR_TOKEN_CONFIG",
        '"plain" of tenant "acme": its URL must be https:, unless "allowInsecureHosts" names its host',
      ],
      ["odd", "ERR_TOKEN_CONFIG", '"odd" of tenant "acme": its URL must be an absolute https: URL'],
      [
        "user",
        "ERR_TOKEN_CONFIG",
        '"user" of tenant "acme": its URL must not hold a user name or password',
      ],
      ["good", undefined, undefined],
    ]);
    expect(refs[2]?.ordId).toBe("o");
  });
});
