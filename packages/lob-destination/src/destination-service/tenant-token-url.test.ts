import { describe, expect, it } from "vitest";
import { type TokenUrlBinding, tenantTokenUrl } from "./tenant-token-url.ts";

const eu10 = "authentication.eu10.hana.ondemand.com";
const cert = "authentication.cert.eu10.hana.ondemand.com";
const binding: TokenUrlBinding = {
  url: `https://prov.${eu10}`,
  certurl: `https://prov.${cert}`,
  identityzone: "prov",
  uaadomain: eu10,
};

function urlOf(
  tenant: string | undefined,
  members: Partial<TokenUrlBinding> = {},
  byCertificate = false,
): string {
  return tenantTokenUrl(tenant, { binding: { ...binding, ...members }, byCertificate }).href;
}

describe("tenantTokenUrl", () => {
  it.each<[string, string | undefined, Partial<TokenUrlBinding>, string]>([
    ["the provider's without a tenant", undefined, {}, `https://prov.${eu10}/oauth/token`],
    ["slashes at the end", undefined, { url: "https://x.y//" }, "https://x.y/oauth/token"],
    ["the first label replaced", "acme", {}, `https://acme.${eu10}/oauth/token`],
    ["no other case", "ACME", { identityzone: "Prov" }, `https://acme.${eu10}/oauth/token`],
    [
      "only the first label, whatever else looks like it",
      "ten",
      { url: "https://auth.authentication.auth.example:8443/auth", identityzone: "auth" },
      "https://ten.authentication.auth.example:8443/auth/oauth/token",
    ],
    [
      "no label that merely begins like it",
      "ten",
      { url: "https://authx.example", identityzone: "auth", uaadomain: "uaa.example" },
      "https://ten.uaa.example/oauth/token",
    ],
    [
      "uaadomain, where the zone is elsewhere",
      "ten",
      { url: "https://localhost:1/prov", uaadomain: "localhost:2" },
      "https://ten.localhost:2/oauth/token",
    ],
    [
      "uaadomain, where no zone is known",
      "ten",
      { identityzone: undefined },
      `https://ten.${eu10}/oauth/token`,
    ],
    ["Punycode", "xn--nxasmq6b", {}, `https://xn--nxasmq6b.${eu10}/oauth/token`],
  ])("tells %s", (_, tenant, members, url) => {
    expect(urlOf(tenant, members)).toBe(url);
  });

  it.each<[string, string | undefined, Partial<TokenUrlBinding>, string]>([
    ["certurl", undefined, {}, `https://prov.${cert}/oauth/token`],
    ["certurl with the first label replaced", "acme", {}, `https://acme.${cert}/oauth/token`],
    [
      "uaadomain with the label for certificates",
      "acme",
      { identityzone: undefined },
      `https://acme.${cert}/oauth/token`,
    ],
    [
      "uaadomain that has the label already",
      "acme",
      { identityzone: undefined, uaadomain: cert },
      `https://acme.${cert}/oauth/token`,
    ],
    [
      "url with the label, without certurl",
      undefined,
      { certurl: undefined },
      `https://prov.${cert}/oauth/token`,
    ],
  ])("tells for certificates by %s", (_, tenant, members, url) => {
    expect(urlOf(tenant, members, true)).toBe(url);
  });

  it.each<[string, string, Partial<TokenUrlBinding>, boolean]>([
    [
      "the zone is not in the host",
      "ten",
      { url: "https://x.example", uaadomain: undefined },
      false,
    ],
    [
      "there is neither zone nor domain",
      "ten",
      { identityzone: undefined, uaadomain: undefined },
      false,
    ],
    ["the host becomes a number", "123", { url: "https://prov" }, false],
    [
      "nothing tells the host for certificates",
      "ten",
      { certurl: undefined, url: "https://prov.x" },
      true,
    ],
  ])("fails rather than asking the provider if %s", (_, tenant, members, byCertificate) => {
    expect(() => urlOf(tenant, members, byCertificate)).toThrowError(
      expect.objectContaining({ code: "ERR_TOKEN_CONFIG" }),
    );
  });

  it("refuses what is no subdomain before anything else", () => {
    expect(() => urlOf("evil.example/", { url: "no url" })).toThrow(/"tenant" must be a subdomain/);
  });
});
