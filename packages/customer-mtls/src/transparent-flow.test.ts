import { inspect } from "node:util";
import { authority } from "@agent-oauth/test-support/certificates";
import { afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from "vitest";
import { startIas, type TestIas } from "./ias/ias.test-support.ts";
import { createTransparentFlow, detectTransparent } from "./transparent-flow.ts";

const SENTINEL = "s3cr3t-sentinel";

const variables = {
  INTEGRATION_CLIENT_ID: "agent-1",
  INTEGRATION_AUTH_URL: "https://tenant.accounts.example/oauth2/token",
  INTEGRATION_GATEWAY_URL: "https://agw.example/",
};

function flowWith(env: Readonly<Record<string, string>>) {
  const flow = createTransparentFlow({ env: { ...variables, ...env }, ca: authority });
  onTestFinished(() => flow.close());
  return flow;
}

afterEach(() => {
  vi.unstubAllEnvs();
});

describe("createTransparentFlow", () => {
  let ias: TestIas;

  beforeEach(async () => {
    ias = await startIas();
    return () => ias.close();
  });

  it("asks for both kinds of tokens without a client certificate", async () => {
    const flow = flowWith({ INTEGRATION_AUTH_URL: ias.tokenServiceUrl });
    const token = await flow.systemTokens.getToken();
    expect(token).toMatchObject({ token: "token-1", gatewayUrl: "https://agw.example" });
    expect(token.confirmation).toBeUndefined();
    await flow.userTokens.getToken({ subjectToken: "ann" });
    const resource = "urn:sap:identity:application:provider:name:agent-gateway";
    expect(ias.requests.map(({ form }) => form)).toEqual([
      {
        client_id: "agent-1",
        grant_type: "client_credentials",
        resource,
        response_type: "token",
      },
      {
        client_id: "agent-1",
        grant_type: "urn:ietf:params:oauth:grant-type:jwt-bearer",
        resource,
        assertion: "ann",
        token_format: "jwt",
      },
    ]);
    expect(ias.requests.map(({ certificate }) => certificate)).toEqual([undefined, undefined]);
    await (await flow.fetch(ias.origin)).text();
    expect(ias.requests).toHaveLength(3);
  });

  it("reads the process's environment", async () => {
    for (const [name, value] of Object.entries(variables)) vi.stubEnv(name, value);
    const flow = createTransparentFlow();
    onTestFinished(() => flow.close());
    expect(await flow.clientId()).toBe("agent-1");
  });

  it("lists servers of the dependencies in the environment", async () => {
    const flow = flowWith({
      INTEGRATION_DEPENDENCIES: '[{"ordId":"a:b:v1","globalTenantId":"1"}]',
    });
    expect(await flow.listMcpServers()).toMatchObject([
      { url: "https://agw.example/v1/mcp/a:b:v1/1" },
    ]);
    await expect(flowWith({}).listMcpServers()).rejects.toMatchObject({ code: "ERR_TOKEN_CONFIG" });
  });

  it.each(["", "{}", SENTINEL])(
    "does not read the dependencies %j that a resolver replaces",
    async (INTEGRATION_DEPENDENCIES) => {
      const resolveDependencies = () => [{ ordId: "a:b:v1", globalTenantId: "1" }];
      const env = { ...variables, INTEGRATION_DEPENDENCIES };
      const flow = createTransparentFlow({ env, resolveDependencies });
      onTestFinished(() => flow.close());
      expect(await flow.listMcpServers()).toMatchObject([{ ordId: "a:b:v1" }]);
    },
  );

  it("names every setting that could hold dependencies", async () => {
    await expect(flowWith({}).listMcpServers()).rejects.toThrow(
      /"integrationDependencies" .*INTEGRATION_DEPENDENCIES .*"resolveDependencies"$/,
    );
  });

  it.each([
    [{ INTEGRATION_CLIENT_ID: "" }, "INTEGRATION_CLIENT_ID is blank"],
    [
      { INTEGRATION_AUTH_URL: `http://${SENTINEL}/token` },
      'INTEGRATION_AUTH_URL: must be https:, unless "allowInsecureHosts" names its host',
    ],
    [
      { INTEGRATION_CLIENT_ID: " ", INTEGRATION_GATEWAY_URL: SENTINEL },
      "INTEGRATION_CLIENT_ID is blank; INTEGRATION_GATEWAY_URL: must be an absolute https: URL",
    ],
    [{ INTEGRATION_DEPENDENCIES: "" }, "INTEGRATION_DEPENDENCIES is blank"],
    [{ INTEGRATION_DEPENDENCIES: SENTINEL }, "INTEGRATION_DEPENDENCIES: is not JSON"],
    [{ INTEGRATION_DEPENDENCIES: "{}" }, "INTEGRATION_DEPENDENCIES: it must be a list"],
    [
      { INTEGRATION_DEPENDENCIES: `[{"ordId":"${SENTINEL}"}]` },
      "INTEGRATION_DEPENDENCIES: [0].globalTenantId is missing",
    ],
  ])("names what is wrong in the environment, case %#", (env, reason) => {
    let error: unknown;
    try {
      flowWith(env);
    } catch (thrown) {
      error = thrown;
    }
    expect(error).toMatchObject({
      code: "ERR_TOKEN_CONFIG",
      message: expect.stringContaining(`Cannot read the environment: ${reason}`),
    });
    expect(inspect(error, { depth: null, showHidden: true })).not.toContain(SENTINEL);
  });

  it("takes http: for a host that is named", async () => {
    const env = { ...variables, INTEGRATION_AUTH_URL: "http://sidecar:8080/token" };
    const flow = createTransparentFlow({ env, allowInsecureHosts: ["sidecar:8080"] });
    expect(await flow.clientId()).toBe("agent-1");
    await flow.close();
  });
});

describe("detectTransparent", () => {
  it("is known by its name", () => {
    expect(detectTransparent().name).toBe("detectTransparent");
  });

  it("yields the flow where the environment configures it", async () => {
    const flow = await detectTransparent({ env: variables })();
    expect(await flow?.clientId()).toBe("agent-1");
    await flow?.close();
  });

  it.each([{}, { INTEGRATION_CLIENT_ID: "", INTEGRATION_AUTH_URL: " " }])(
    "yields nothing where no required variable is set: %j",
    async (env) => {
      expect(await detectTransparent({ env })()).toBeUndefined();
    },
  );

  it("fails where the environment configures it in part", async () => {
    const env = { INTEGRATION_CLIENT_ID: "agent-1" };
    await expect(detectTransparent({ env })()).rejects.toMatchObject({
      code: "ERR_TOKEN_CONFIG",
      message: expect.stringContaining(
        "INTEGRATION_AUTH_URL is not set; INTEGRATION_GATEWAY_URL is not set",
      ),
    });
  });
});
