import { checkedInsecureHosts } from "@agent-oauth/core/internal";
import { INSECURE_HOST_CASES } from "@agent-oauth/test-support/insecure-hosts";
import { describe, expect, it } from "vitest";
import { endpointUrl } from "./endpoint-url.ts";

const issuer = "https://as.example";
const location = {
  kind: "issuer",
  text: issuer,
  url: new URL(issuer),
  issuer,
  useIssuerHost: false,
} as const;

describe("endpointUrl", () => {
  it.each(INSECURE_HOST_CASES)(
    "reads %j with allowInsecureHosts %j: %s",
    (spelt, hosts, verdict) => {
      const allowInsecureHosts = checkedInsecureHosts(hosts, "test");
      const url = endpointUrl(spelt, { name: "revocation_endpoint", location, allowInsecureHosts });
      const reasons = {
        allowed: new URL(verdict === "allowed" ? spelt : issuer),
        insecure: "the revocation endpoint it names is not an https: URL",
        credentials: "the metadata names no usable revocation endpoint",
        invalid: "the metadata names no usable revocation endpoint",
      };
      expect(url).toEqual(reasons[verdict]);
    },
  );
});
