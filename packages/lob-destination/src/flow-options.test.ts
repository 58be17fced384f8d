import { inspect } from "node:util";
import { describe, expect, it, onTestFinished } from "vitest";
import { landscapeFromEnvironment } from "./binding/lob-environment.ts";
import { createLobFlow, detectLob } from "./create-flow.ts";
import { bindingAt } from "./flow.test-support.ts";
import { checkLobFlowOptions, type LobFlowOptions } from "./flow-options.ts";

const binding = bindingAt({ origin: "https://btp.example" });
const nowhere = { bindingRoot: "/no/such/directory", secretsRoot: "/no/such/directory" };

describe("createLobFlow: options and environment", () => {
  it.each<[object, string]>([
    [{ maxSystemTokens: -1 }, '"maxSystemTokens"'],
    [{ maxUserTokens: 1.5 }, '"maxUserTokens"'],
    [{ maxUserTokens: "1" }, '"maxUserTokens" must be a number, not a string'],
    [{ tokenUrl: "https://x" }, '"tokenUrl" must be a function'],
    [{ onBindingError: 1 }, '"onBindingError" must be a function'],
    [{ landscape: " " }, '"landscape" must be a string that is not blank'],
    [{ fragment: " " }, '"fragment" must be a string that is not blank'],
    [{ fragment: 1 }, '"fragment" must be a string that is not blank'],
    [{ skipCredentials: "no" }, '"skipCredentials" must be a boolean, not a string'],
    [{ instance: "" }, '"instance" must be a string that is not blank'],
    [{ secretsRoot: 1 }, '"secretsRoot" must be a string that is not blank'],
    [{ binding: "" }, '"binding" must be a string that is not blank'],
    [{ binding: null }, '"binding" must be a string that is not blank'],
    [{ allowInsecureHosts: "x" }, '"allowInsecureHosts"'],
    [{ timeoutMs: 0 }, '"timeoutMs"'],
    [{ expiryBufferMs: -1 }, '"expiryBufferMs"'],
    [{ clock: {} }, '"clock.now"'],
  ])("refuses %j", async (options, said) => {
    const given = { binding, landscape: "eu10", ...options } as LobFlowOptions;
    const error: unknown = await createLobFlow(given).catch((thrown: unknown) => thrown);
    expect(error instanceof TypeError || error instanceof RangeError).toBe(true);
    expect(String(error)).toContain(said);
  });

  it.each([
    [{}, "APPFND_CONHOS_LANDSCAPE is not set"],
    [{ APPFND_CONHOS_LANDSCAPE: " " }, "APPFND_CONHOS_LANDSCAPE is blank"],
    [
      { APPFND_CONHOS_LANDSCAPE: "eu10", AGENT_OAUTH_TENANT_TOKEN_URL: "https://x/oauth/token" },
      "AGENT_OAUTH_TENANT_TOKEN_URL: it does not contain {tenant}",
    ],
    [
      { APPFND_CONHOS_LANDSCAPE: "eu10", AGENT_OAUTH_TENANT_TOKEN_URL: "" },
      "AGENT_OAUTH_TENANT_TOKEN_URL is blank",
    ],
  ])("names what is wrong in the environment: %j", async (env, said) => {
    await expect(createLobFlow({ binding, env })).rejects.toMatchObject({
      code: "ERR_TOKEN_CONFIG",
      message: expect.stringContaining(said),
    });
  });

  it("shows no secret", async () => {
    const flow = await createLobFlow({ binding, landscape: "eu10", env: {} });
    onTestFinished(() => flow.close());
    const shown = inspect(flow, { depth: null, showHidden: true }) + JSON.stringify(flow);
    expect(shown).not.toContain("s3cr3t-sentinel");
  });
});

describe("detectLob", () => {
  it("yields nothing where there is no binding", async () => {
    expect(await detectLob({ ...nowhere, env: {} })()).toBeUndefined();
  });

  it("yields the flow where there is one, and fails where it cannot be used", async () => {
    const services = (credentials: object) =>
      JSON.stringify({ destination: [{ name: "d", label: "destination", credentials }] });
    const env = { VCAP_SERVICES: services(binding), APPFND_CONHOS_LANDSCAPE: "eu10" };
    const flow = await detectLob({ ...nowhere, env })();
    expect(flow?.systemTokens.stats().entries).toBe(0);
    await flow?.close();
    const broken = { ...env, VCAP_SERVICES: services({ ...binding, uri: undefined }) };
    await expect(detectLob({ ...nowhere, env: broken })()).rejects.toMatchObject({
      code: "ERR_TOKEN_CONFIG",
      message: expect.stringContaining("uri is missing"),
    });
  });
});

describe("landscapeFromEnvironment", () => {
  it("drops white space around the landscape, which is a part of the destination's name", () => {
    const env = { APPFND_CONHOS_LANDSCAPE: " eu10\n" };
    expect(landscapeFromEnvironment({ env })).toBe("eu10");
  });
});

describe("checkLobFlowOptions", () => {
  it("fills in how many tokens are kept, and how long a request may take", () => {
    expect(checkLobFlowOptions({})).toEqual({
      skipCredentials: true,
      maxSystemTokens: 1_024,
      maxUserTokens: 256,
      timeoutMs: 60_000,
      allowInsecureHosts: [],
    });
  });
});
