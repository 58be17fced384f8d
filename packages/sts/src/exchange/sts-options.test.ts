import { clientSecretPost } from "@agent-oauth/token-endpoint";
import { describe, expect, it } from "vitest";
import { tokenTypes } from "../checks/token-types.ts";
import { createStsTokenSource } from "./create-sts-token-source.ts";

const metadataUrl = "https://sts.example/metadata";
const actor = { name: "agent", token: "sentinel-actor" };

describe("createStsTokenSource", () => {
  it.each([
    [{ metadataUrl: undefined }, TypeError, /"tokenEndpoint"/],
    [{ metadataUrl: "http://sts.example" }, TypeError, /"metadataUrl" must be https/],
    [{ clientAuthentication: clientSecretPost("sentinel") }, TypeError, /"clientId"/],
    [{ timeoutMs: 0 }, RangeError, /"timeoutMs"/],
    [{ dialect: "saml" }, TypeError, /"dialect" must be "token-exchange" or "jwt-bearer"/],
    [{ subjectTokenType: " " }, TypeError, /"subjectTokenType"/],
    [{ requestedTokenType: 7 }, TypeError, /"requestedTokenType"/],
    [{ dialect: "jwt-bearer", actor }, TypeError, /"actor" has no place/],
    [{ dialect: "jwt-bearer", subjectTokenType: tokenTypes.jwt }, TypeError, /"subjectTokenType"/],
    [
      { dialect: "jwt-bearer", requestedTokenType: tokenTypes.jwt },
      TypeError,
      /"requestedTokenType"/,
    ],
    [{ parameters: { subject_token: "sentinel" } }, TypeError, /"parameters.subject_token" is set/],
    [{ parameters: { client_assertion: "sentinel" } }, TypeError, /"parameters.client_assertion"/],
    [{ parameters: { audience: "a" } }, TypeError, /"parameters.audience"/],
    [{ parameters: { extra: "" } }, TypeError, /"parameters.extra" must be a string/],
    [{ parameters: { extra: ["a"] } }, TypeError, /"parameters.extra"/],
    [{ audience: "orders" }, TypeError, /"audience" must be a list/],
    [{ audience: [""] }, TypeError, /"audience" is blank/],
    [{ audience: ["a\nb"] }, TypeError, /"audience" contains control/],
    [{ resource: ["orders"] }, TypeError, /"resource" must be absolute URIs/],
    [{ audienceMismatch: "warn" }, TypeError, /"audienceMismatch" must be "event" or "error"/],
    [{ issuedTypeMismatch: "warn" }, TypeError, /"issuedTypeMismatch" must be "event" or "error"/],
    [
      { dialect: "jwt-bearer", issuedTypeMismatch: "event" },
      TypeError,
      /"issuedTypeMismatch" has no place in the dialect jwt-bearer/,
    ],
    [{ actorIgnored: "warn" }, TypeError, /"actorIgnored" must be "event" or "error"/],
    [{ subjectReusable: 1 }, TypeError, /"subjectReusable"/],
    [{ actor: { token: "sentinel" } }, TypeError, /"actor.name"/],
    [{ actor: { ...actor, name: " " } }, TypeError, /"actor.name"/],
    [{ actor: { ...actor, tokenType: "" } }, TypeError, /"actor.tokenType"/],
    [{ actor: { name: "agent" } }, TypeError, /"actor.token" must be a token, a function or/],
    [{ actor: { name: "agent", token: '{"sentinel":1}' } }, TypeError, /is a JSON document; give/],
    [{ actor: { name: "agent", token: " " } }, TypeError, /"actor.token"/],
    [{ actor: { name: "agent", token: { file: "" } } }, TypeError, /"actor.token"/],
    [{ actor: "sentinel" }, TypeError, /"actor" must be a plain object, not a string/],
    [{ actor: { name: "agent", token: "sentinel\n\u0000x" } }, TypeError, /"actor.token" is text/],
    [{ actor: { ...actor, tokentype: "sentinel" } }, TypeError, /"tokenType"/],
    [{ actor: { name: "agent", token: { file: "f", path: "sentinel" } } }, TypeError, /"path"/],
    [
      { parameters: new Map([["a", "sentinel"]]) },
      TypeError,
      /"parameters" must be a plain object/,
    ],
    [{ parameters: { ["x".repeat(1_000)]: "" } }, TypeError, /"parameters.x{80}…" must be/],
    [{ audiance: ["sentinel"] }, TypeError, /no option "audiance"; did you mean "audience"\?/],
    [{ subjectTokenTyp: "sentinel" }, TypeError, /"subjectTokenType"/],
  ] as [object, ErrorConstructor, RegExp][])("refuses %j", (wrong, type, message) => {
    const create = () => createStsTokenSource({ metadataUrl, ...wrong });
    expect(create).toThrow(type);
    expect(create).toThrow(message);
    expect(create).not.toThrow(/sentinel/);
  });

  it("keeps its own copy of what may be changed later", () => {
    const [audience, parameters] = [["a"], { extra: "x" }];
    const source = createStsTokenSource({ metadataUrl, audience, parameters });
    audience[0] = "b";
    parameters.extra = "y";
    const same = { metadataUrl, audience: ["a"], parameters: { extra: "x" } };
    expect(source.identity).toBe(createStsTokenSource(same).identity);
  });
});

describe("parameters of an exchange", () => {
  it.each([
    "grant_type",
    "client_id",
    "client_secret",
    "client_assertion",
    "client_assertion_type",
    "subject_token",
    "subject_token_type",
    "actor_token",
    "actor_token_type",
    "requested_token_type",
    "assertion",
    "audience",
    "resource",
    "scope",
  ])("must not have %s, which is set otherwise", (name) => {
    const create = () => createStsTokenSource({ metadataUrl, parameters: { [name]: "sentinel" } });
    expect(create).toThrow(`"parameters.${name}" is set`);
    expect(create).not.toThrow("sentinel");
  });
});
