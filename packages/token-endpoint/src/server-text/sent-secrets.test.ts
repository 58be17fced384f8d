import { describe, expect, it } from "vitest";
import { answerJson, startTestServer, testEndpoint } from "../server.test-support.ts";
import { sentSecrets } from "./sent-secrets.ts";

/** What the error of a grant says if the server quotes the value of a parameter. */
async function messageQuoting(name: string, value: string): Promise<string> {
  const server = await startTestServer((response, { form }, count) =>
    answerJson({ error: "invalid_grant", error_description: `bad ${form.get(name)}` }, 400)(
      response,
      { form } as never,
      count,
    ),
  );
  const grant = {
    grantType: "urn:example:grant",
    parameters: { [name]: value },
    idempotent: false,
  };
  const error: unknown = await testEndpoint(server)
    .request(grant)
    .catch((reason: unknown) => reason);
  expect(error).toMatchObject({ code: "ERR_TOKEN_OAUTH", oauthError: "invalid_grant" });
  return String(error);
}

describe("sentSecrets", () => {
  it.each([
    "refresh_token",
    "code",
    "code_verifier",
    "device_code",
    "password",
    "username",
    "assertion",
    "subject_token",
    "actor_token",
    "saml_response",
    "anything-else",
    "toString",
  ])("hides the value of %s when the server quotes it", async (name) => {
    expect(await messageQuoting(name, "sentinel")).not.toContain("sentinel");
  });

  it.each(["scope", "audience", "requested_token_type", "subject_token_type", "token_format"])(
    "lets the server say what is wrong with %s",
    async (name) => {
      expect(await messageQuoting(name, "sentinel")).toContain('"bad sentinel"');
    },
  );

  it.each([
    [`Basic ${btoa("agent:a%26b+c")}`, [btoa("agent:a%26b+c"), "a%26b+c", "a&b c"]],
    [`basic ${btoa("agent:a&b:c")}`, [btoa("agent:a&b:c"), "a&b:c", "a&b:c"]],
    ["Bearer sentinel", ["sentinel"]],
    ["sentinel", ["sentinel"]],
  ])("knows the credentials in the header %j", (authorization, secrets) => {
    const headers = { accept: "application/json", authorization };
    expect(sentSecrets({ body: new URLSearchParams("client_id=agent"), headers })).toEqual(secrets);
  });
});
