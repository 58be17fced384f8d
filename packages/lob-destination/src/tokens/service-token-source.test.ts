import { systemClock } from "@agent-oauth/core";
import { authority, issueCertificate } from "@agent-oauth/test-support/certificates";
import { beforeEach, describe, expect, it } from "vitest";
import {
  checkDestinationBinding,
  type DestinationBinding,
} from "../binding/destination-binding.ts";
import { startBtp, type TestBtp } from "../btp.test-support.ts";
import type { TenantTokenUrl } from "../destination-service/tenant-token-url.ts";
import { bindingAt } from "../flow.test-support.ts";
import { ServiceTokenSource } from "./service-token-source.ts";

const pair = await issueCertificate("clientAuth");
let btp: TestBtp;

beforeEach(async () => {
  btp = await startBtp();
  return () => btp.close();
});

function sourceOf(
  tokenUrl?: TenantTokenUrl,
  members: Partial<DestinationBinding> = {},
  allowInsecureHosts: readonly string[] = [],
): ServiceTokenSource {
  const access = checkDestinationBinding(bindingAt(btp, members), {
    origin: "it",
    allowInsecureHosts: [],
    clock: systemClock,
  });
  return new ServiceTokenSource(access, {
    endpoint: { ca: authority, allowInsecureHosts },
    tokenUrl,
  });
}

const paths = () => btp.requests.map(({ path }) => path);

describe("ServiceTokenSource", () => {
  it("asks where tokenUrl says, for the provider by its subdomain, with no secret in the binding", async () => {
    const seen: unknown[] = [];
    const source = sourceOf((tenant, binding) => {
      seen.push(binding);
      return new URL(`${btp.origin}/${tenant}/oauth/token?x=1`);
    });
    await source.getToken({ tenant: "acme" });
    await source.getToken();
    expect(paths()).toEqual(["/acme/oauth/token", "/prov/oauth/token"]);
    expect(seen[0]).toMatchObject({ url: `${btp.origin}/prov`, identityzone: "prov" });
    expect(JSON.stringify(seen)).not.toContain("s3cr3t-sentinel");
  });

  it("asks the binding's url for a provider without a subdomain", async () => {
    const source = sourceOf(() => "https://nowhere.example", { identityzone: undefined });
    await source.getToken();
    expect(paths()).toEqual(["/prov/oauth/token"]);
  });

  it("never asks the provider for a tenant that the binding does not lead to", async () => {
    await expect(sourceOf().getToken({ tenant: "acme" })).rejects.toMatchObject({
      code: "ERR_TOKEN_CONFIG",
      message: expect.stringContaining('token URL of tenant "acme"'),
    });
    expect(btp.requests).toEqual([]);
  });

  it("judges the tenant before tokenUrl is asked", async () => {
    const source = sourceOf(() => {
      throw new Error("it was asked");
    });
    await expect(source.getToken({ tenant: "a/b" })).rejects.toThrow(TypeError);
  });

  it.each<[string, string, readonly string[], string]>([
    ["http:", "http://uaa.example/t", ["other.example"], "it must be https:"],
    ["no URL", "uaa.example", [], "it must be an absolute https: URL"],
    ["a password", "https://a:b@uaa.example", [], "it must not hold a user name"],
  ])("refuses %s from tokenUrl", async (_, url, hosts, reason) => {
    const source = sourceOf(() => url, {}, hosts);
    await expect(source.getToken({ tenant: "acme" })).rejects.toMatchObject({
      code: "ERR_TOKEN_CONFIG",
      message: expect.stringContaining(`Cannot use the token URL of tenant "acme": ${reason}`),
    });
  });

  it("presents no certificate over http:, whatever is allowed", async () => {
    const members = { clientsecret: undefined, ...pair };
    const source = sourceOf(() => "http://uaa.example/t", members, ["uaa.example"]);
    await expect(source.getToken({ tenant: "acme" })).rejects.toMatchObject({
      code: "ERR_TOKEN_CONFIG",
    });
  });

  it("says that tokenUrl failed, without what it said", async () => {
    const source = sourceOf(() => {
      throw new Error("s3cr3t-sentinel");
    });
    const error: unknown = await source.getToken({ tenant: "acme" }).catch((thrown) => thrown);
    expect(error).toMatchObject({ code: "ERR_TOKEN_PROVIDER" });
    expect(String(error)).not.toContain("s3cr3t-sentinel");
  });

  it.each(["subjectToken", "principal"])("refuses %s", async (field) => {
    await expect(sourceOf().getToken({ [field]: "x" })).rejects.toThrow(`"${field}"`);
  });

  it("takes a token that says its tenant in another case, and one that says nothing", async () => {
    const source = sourceOf((tenant) => `${btp.origin}/${tenant}/oauth/token`);
    for (const claims of [{ ext_attr: { zdn: "ACME" } }, { ext_attr: {} }, [], "text"]) {
      const payload = Buffer.from(JSON.stringify(claims)).toString("base64url");
      btp.respond = () => ({ body: { access_token: `e30.${payload}.x`, token_type: "bearer" } });
      expect((await source.getToken({ tenant: "acme" })).token).toContain(payload);
    }
  });

  it("is known by client, credential and authorization server", () => {
    const identities = [
      sourceOf(),
      sourceOf(undefined, { clientid: "other" }),
      sourceOf(undefined, { clientsecret: "other" }),
      sourceOf(undefined, { clientsecret: undefined, ...pair }),
      sourceOf(undefined, { url: "https://other.example" }),
    ].map(({ identity }) => identity);
    expect(new Set(identities).size).toBe(identities.length);
    expect(sourceOf().identity).toBe(identities[0]);
  });
});
