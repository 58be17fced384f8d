import { clientSecretPost } from "@agent-oauth/token-endpoint";
import { describe, expect, it, onTestFinished } from "vitest";
import { QUICK, startSts } from "../sts.test-support.ts";
import { stsFromEnvironment } from "./sts-environment.ts";

const STS_WELL_KNOWN_URI = "https://sts.example/.well-known/oauth-authorization-server";

async function fromEnvironment(env: Record<string, string>, options = {}) {
  const sts = await startSts();
  const source = stsFromEnvironment({
    env: { STS_WELL_KNOWN_URI: sts.metadataUrl, ...env },
    ...QUICK,
    ...options,
  });
  onTestFinished(async () => {
    await source.close();
    await sts.close();
  });
  return { sts, source };
}

describe("stsFromEnvironment", () => {
  it("exchanges at the STS whose metadata STS_WELL_KNOWN_URI names", async () => {
    const { sts, source } = await fromEnvironment({ KAGENT_PROPAGATE_TOKEN: "true" });
    expect((await source.getToken({ subjectToken: "user" })).token).not.toBe("user");
    expect(Object.fromEntries(sts.exchanges[0]?.form ?? [])).toEqual({
      grant_type: "urn:ietf:params:oauth:grant-type:token-exchange",
      subject_token: "user",
      subject_token_type: "urn:ietf:params:oauth:token-type:jwt",
    });
  });

  it("asks for the listed audiences and resources, trimmed, empty ones dropped", async () => {
    const { sts, source } = await fromEnvironment({
      KAGENT_STS_AUDIENCE: " one, ,two ,",
      KAGENT_STS_RESOURCE: "https://a.example,urn:b:c",
    });
    await source.getToken({ subjectToken: "user" });
    const { form } = sts.exchanges[0] ?? {};
    expect(form?.getAll("audience")).toEqual(["one", "two"]);
    expect(form?.getAll("resource")).toEqual(["https://a.example", "urn:b:c"]);
  });

  it.each(["", " ", ",", " , "])("takes the list %j for none", async (text) => {
    const { sts, source } = await fromEnvironment({ KAGENT_STS_AUDIENCE: text });
    await source.getToken({ subjectToken: "user" });
    expect(sts.exchanges[0]?.form.has("audience")).toBe(false);
  });

  it("takes a URL with a query for that of the metadata", async () => {
    const env = { STS_WELL_KNOWN_URI: `${STS_WELL_KNOWN_URI}?tenant=acme` };
    const source = stsFromEnvironment({ env });
    onTestFinished(() => source.close());
    expect(source.identity).not.toBe(stsFromEnvironment({ env: { STS_WELL_KNOWN_URI } }).identity);
  });

  it("takes everything else from its options", async () => {
    const { sts, source } = await fromEnvironment(
      {},
      {
        clientId: "agent",
        clientAuthentication: clientSecretPost("secret"),
        actor: { name: "agent", token: "actor" },
        scope: ["read"],
      },
    );
    await source.getToken({ subjectToken: "user" });
    expect(Object.fromEntries(sts.exchanges[0]?.form ?? [])).toMatchObject({
      client_id: "agent",
      client_secret: "secret",
      actor_token: "actor",
      scope: "read",
    });
  });

  it.each(["true", "TRUE"])("without an STS hands on the subject token: %s", async (flag) => {
    const source = stsFromEnvironment({ env: { KAGENT_PROPAGATE_TOKEN: flag } });
    expect((await source.getToken({ subjectToken: "user" })).token).toBe("user");
    await source.close();
  });

  it.each([
    { STS_WELL_KNOWN_URI, KAGENT_PROPAGATE_TOKEN: "yes" },
    { STS_WELL_KNOWN_URI, KAGENT_PROPAGATE_TOKEN: "" },
    { KAGENT_PROPAGATE_TOKEN: "true", KAGENT_STS_RESOURCE: "no URI" },
  ])("does not read what another variable replaces: %j", async (env) => {
    const source = stsFromEnvironment({ env });
    await source.close();
  });

  it.each([{}, { KAGENT_PROPAGATE_TOKEN: "false" }, { KAGENT_STS_AUDIENCE: "a" }])(
    "finds nothing in %j",
    (env) => {
      const unavailable = expect.objectContaining({
        code: "ERR_TOKEN_SOURCE_UNAVAILABLE",
        message:
          "Cannot find an STS: STS_WELL_KNOWN_URI is not set, nor is KAGENT_PROPAGATE_TOKEN true",
      });
      expect(() => stsFromEnvironment({ env })).toThrow(unavailable);
    },
  );

  it.each([
    [{ STS_WELL_KNOWN_URI: "" }, /STS_WELL_KNOWN_URI is blank/],
    [{ STS_WELL_KNOWN_URI: "sts.example" }, /STS_WELL_KNOWN_URI: must be an absolute https: URL/],
    [{ STS_WELL_KNOWN_URI: "http://sts.example" }, /must be https:/],
    [{ STS_WELL_KNOWN_URI: "https://u:sentinel@sts.example" }, /user name or password/],
    [{ KAGENT_PROPAGATE_TOKEN: "yes" }, /must be true or false/],
    [{ KAGENT_PROPAGATE_TOKEN: "" }, /KAGENT_PROPAGATE_TOKEN is blank/],
    [
      { STS_WELL_KNOWN_URI, KAGENT_STS_RESOURCE: "orders" },
      /KAGENT_STS_RESOURCE: must hold absolute/,
    ],
    [
      { STS_WELL_KNOWN_URI: "x", KAGENT_STS_RESOURCE: "y" },
      /STS_WELL_KNOWN_URI: .*; KAGENT_STS_RESOURCE: /,
    ],
  ])("refuses %j", (env, message) => {
    const create = () => stsFromEnvironment({ env });
    expect(create).toThrow(expect.objectContaining({ code: "ERR_TOKEN_CONFIG" }));
    expect(create).toThrow(message);
    expect(create).not.toThrow(/sentinel/);
  });

  it("reads the environment of the process unless told otherwise", () => {
    const before = process.env.STS_WELL_KNOWN_URI;
    process.env.STS_WELL_KNOWN_URI = STS_WELL_KNOWN_URI;
    try {
      const named = stsFromEnvironment({ env: { STS_WELL_KNOWN_URI } });
      expect(stsFromEnvironment().identity).toBe(named.identity);
    } finally {
      if (before === undefined) delete process.env.STS_WELL_KNOWN_URI;
      else process.env.STS_WELL_KNOWN_URI = before;
    }
  });
});
