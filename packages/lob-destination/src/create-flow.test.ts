import { createFakeClock, tokenSourceContract } from "@agent-oauth/core/testing";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { startBtp, type TestBtp } from "./btp.test-support.ts";
import { detectLob } from "./create-flow.ts";
import { flowAt } from "./flow.test-support.ts";

let btp: TestBtp;

beforeEach(async () => {
  btp = await startBtp();
  return () => btp.close();
});

describe("createLobFlow: system tokens", () => {
  it("gets one by three requests, as the Destination Service's documents say", async () => {
    const flow = await flowAt(btp);
    const token = await flow.systemTokens.getToken({ tenant: "acme" });
    expect(token).toMatchObject({
      token: "gateway-acme-3",
      tokenType: "Bearer",
      gatewayUrl: "https://agw.example",
    });
    expect(Object.isFrozen(token)).toBe(true);
    const [service, list, find] = btp.requests;
    expect(service).toMatchObject({
      path: "/acme/oauth/token",
      form: {
        grant_type: "client_credentials",
        client_id: "sb-dest",
        client_secret: "s3cr3t-sentinel+/=",
      },
    });
    expect(service?.headers.authorization).toBeUndefined();
    expect(list).toMatchObject({
      path: "/destination-configuration/v1/instanceDestinationFragments",
      query: { $filter: "Label['sap-managed-runtime-type'] HAS ('subscriber.ias')" },
      headers: { accept: "application/json", authorization: "Bearer service-acme-1" },
    });
    expect(find).toMatchObject({
      path: "/destination-configuration/v2/destinations/sap-managed-runtime-ias-eu10@provider_subaccount",
      query: { $skipCredentials: "true" },
      headers: { "x-fragment-name": "ias-1@instance", authorization: "Bearer service-acme-1" },
    });
    expect(find?.headers).not.toHaveProperty("x-user-token");
    expect(find?.headers).not.toHaveProperty("x-tenant");
  });

  const two = [{ FragmentName: "ias-2" }, { FragmentName: "ias-1" }];
  it("takes the fragment that the option names, of several", async () => {
    btp.fragments["subscriber.ias"] = two;
    const flow = await flowAt(btp, { fragment: "ias-2" });
    await flow.systemTokens.getToken({ tenant: "acme" });
    expect(btp.requests.at(-1)?.headers["x-fragment-name"]).toBe("ias-2@instance");
    // Of users' fragments there is one, of another name.
    await flow.userTokens.getToken({ tenant: "acme", subjectToken: "u" });
    expect(btp.requests.at(-1)?.headers["x-fragment-name"]).toBe("ias-user-1@instance");
    const other = await flowAt(btp, { fragment: "ias-1" });
    expect(other.systemTokens.identity).not.toBe(flow.systemTokens.identity);
  });

  it("asks a function which of several fragments it takes, and not about a single one", async () => {
    btp.fragments["subscriber.ias"] = two;
    const fragment = vi.fn(([first = ""]: readonly string[]) => first);
    const flow = await flowAt(btp, { fragment });
    await flow.systemTokens.getToken({ tenant: "acme" });
    await flow.userTokens.getToken({ tenant: "acme", subjectToken: "u" });
    expect(fragment.mock.calls).toEqual([[["ias-1", "ias-2"], { kind: "system", tenant: "acme" }]]);
  });

  it("asks the service without $skipCredentials where the option says so", async () => {
    const flow = await flowAt(btp, { skipCredentials: false });
    await flow.systemTokens.getToken({ tenant: "acme" });
    expect(btp.requests.at(-1)?.query).toEqual({});
    await flow.clientId();
    expect(btp.requests.at(-1)?.query).toEqual({ $skipTokenRetrieval: "true" });
  });

  it("answers 50 concurrent callers by the same three requests, and the next by none", async () => {
    const flow = await flowAt(btp);
    const calls = Array.from({ length: 50 }, () => flow.systemTokens.getToken({ tenant: "acme" }));
    const tokens = await Promise.all(calls);
    tokens.push(await flow.systemTokens.getToken({ tenant: "acme" }));
    expect(new Set(tokens.map(({ token }) => token))).toEqual(new Set(["gateway-acme-3"]));
    expect(btp.calls()).toEqual(["token acme", "list acme subscriber.ias", "find acme"]);
  });

  it("needs two requests where there is a service token", async () => {
    const flow = await flowAt(btp, { maxSystemTokens: 0 });
    await flow.systemTokens.getToken({ tenant: "acme" });
    await flow.systemTokens.getToken({ tenant: "acme" });
    expect(btp.calls().slice(3)).toEqual(["list acme subscriber.ias", "find acme"]);
  });

  it("keeps tenants apart", async () => {
    const flow = await flowAt(btp);
    const tenants = ["acme", "umbrella"];
    const tokens = await Promise.all(
      tenants.map((tenant) => flow.systemTokens.getToken({ tenant })),
    );
    expect(tokens.map(({ token }) => token.split("-")[1])).toEqual(tenants);
    expect(btp.requests).toHaveLength(6);
  });

  it("refuses a call without a tenant, and asks nobody", async () => {
    const flow = await flowAt(btp);
    for (const call of [
      () => flow.systemTokens.getToken(),
      () => flow.userTokens.getToken({ subjectToken: "ann" }),
      () => flow.listMcpServers(),
      () => flow.listAgents({}),
    ]) {
      await expect(call()).rejects.toThrow('"tenant" is missing');
    }
    expect(btp.requests).toEqual([]);
  });

  it.each(["", " ", "a.b", "-a", "a\n"])("refuses the tenant %j", async (tenant) => {
    const flow = await flowAt(btp);
    await expect(flow.systemTokens.getToken({ tenant })).rejects.toThrow(TypeError);
    await expect(flow.listMcpServers({ tenant })).rejects.toThrow('"tenant"');
    expect(btp.requests).toEqual([]);
  });

  it("refuses what it cannot honour", async () => {
    const flow = await flowAt(btp);
    const tenant = "acme";
    await expect(flow.systemTokens.getToken({ tenant, subjectToken: "ann" })).rejects.toMatchObject(
      { code: "ERR_TOKEN_SUBJECT_NOT_ALLOWED" },
    );
    await expect(flow.userTokens.getToken({ tenant })).rejects.toMatchObject({
      code: "ERR_TOKEN_SUBJECT_REQUIRED",
    });
    for (const field of ["audience", "resource", "scope"]) {
      const request = { tenant, subjectToken: "ann", [field]: ["urn:x"] };
      await expect(flow.userTokens.getToken(request)).rejects.toThrow(`"${field}"`);
    }
    expect(btp.requests).toEqual([]);
  });
});

describe("createLobFlow: user tokens", () => {
  it("sends the user's token without its scheme, after two requests where the tenant is known", async () => {
    const flow = await flowAt(btp);
    await flow.systemTokens.getToken({ tenant: "acme" });
    const token = await flow.userTokens.getToken({
      tenant: "acme",
      subjectToken: "bearer user.to.ken",
      principal: "ann",
    });
    expect(token).toMatchObject({ token: "gateway-acme-5", gatewayUrl: "https://agw.example" });
    expect(btp.calls().slice(3)).toEqual(["list acme subscriber.ias.user", "find acme"]);
    expect(btp.requests[4]?.headers).toMatchObject({
      "x-fragment-name": "ias-user-1@instance",
      "x-user-token": "user.to.ken",
    });
  });

  // The limit catches a process that stands still; a pattern that tries each slash takes ten times as long.
  it("takes a gateway URL with a great many slashes before its end", {
    timeout: 3_000,
  }, async () => {
    const gatewayUrl = `https://agw.example${"/".repeat(300_000)}a`;
    btp.destination = { URL: `${gatewayUrl}//` };
    const flow = await flowAt(btp);
    const token = await flow.userTokens.getToken({ tenant: "acme", subjectToken: "ann" });
    expect(token.gatewayUrl === gatewayUrl).toBe(true);
  });

  it.each([
    ["sentinel\u00e9", /no header can carry the "subjectToken"/],
    ['{"token":"sentinel"}', /"subjectToken" is a JSON document/],
    ["TOKEN=sentinel", /"subjectToken" is a line NAME=value/],
  ])("refuses the user's token %j without showing or sending it", async (subjectToken, why) => {
    const flow = await flowAt(btp);
    const call = flow.userTokens.getToken({ tenant: "acme", subjectToken });
    await expect(call).rejects.toThrow(TypeError);
    await expect(call).rejects.toThrow(why);
    await expect(call).rejects.not.toThrow("sentinel");
    expect(btp.requests).toHaveLength(0);
  });
});

describe("createLobFlow: lifetimes", () => {
  const jwt = (exp: number) => `e30.${Buffer.from(JSON.stringify({ exp })).toString("base64url")}.`;

  it.each([
    [{ value: "opaque", expires_in: "600" }, 1_600_000],
    [{ value: jwt(1_500), expires_in: "600" }, 1_500_000],
    [{ value: jwt(1_700), expires_in: "600" }, 1_600_000],
    [{ value: jwt(1_700), expires_in: "soon" }, 1_700_000],
    [{ value: "opaque" }, undefined],
  ])("ends the token %j with the earlier of both", async (item, expiresAt) => {
    const clock = createFakeClock(1_000_000);
    const flow = await flowAt(btp, { clock });
    btp.respond = ({ path }) =>
      path.includes("/v2/")
        ? {
            body: {
              destinationConfiguration: btp.destination,
              authTokens: [{ type: "Bearer", ...item }],
            },
          }
        : undefined;
    const token = await flow.systemTokens.getToken({ tenant: "acme" });
    expect(token.expiresAt).toBe(expiresAt);
  });
});

describe("createLobFlow: the sources", () => {
  for (const { name, run } of tokenSourceContract(async () => {
    const flow = await flowAt(btp);
    return { source: flow.systemTokens, request: { tenant: "acme" } };
  })) {
    it(`system tokens: ${name}`, run);
  }
  for (const { name, run } of tokenSourceContract(async () => {
    const flow = await flowAt(btp);
    return { source: flow.userTokens, request: { tenant: "acme", subjectToken: "ann" } };
  })) {
    it(`user tokens: ${name}`, run);
  }
});

describe("createLobFlow: servers and agents", () => {
  it("lists those of the tenant, by their labels", async () => {
    const url = "https://agw.example/v1/mcp/sap.s4%3AapiAccess%3Aorders%3Av1/4711";
    btp.fragments["agw.mcp.server"] = [
      { FragmentName: "orders", URL: url, extra: "x" },
      { fragmentName: "blank", url: " " },
    ];
    btp.fragments["agw.a2a.server"] = [{ FragmentName: "agent", Url: "https://agw.example/a/b" }];
    const flow = await flowAt(btp);
    const ids = { ordId: "sap.s4:apiAccess:orders:v1", globalTenantId: "4711" };
    const servers = await flow.listMcpServers({ tenant: "acme" });
    expect(servers).toEqual([
      { name: "blank", url: "", fault: expect.objectContaining({ code: "ERR_TOKEN_CONFIG" }) },
      { name: "orders", url, ...ids },
    ]);
    expect(await flow.listAgents({ tenant: "acme" })).toEqual([
      { name: "agent", url: "https://agw.example/a/b", ordId: "a", globalTenantId: "b" },
    ]);
    expect(btp.calls()).toEqual([
      "token acme",
      "list acme agw.mcp.server",
      "list acme agw.a2a.server",
    ]);
  });

  it("takes an empty list for an answer, but not a 404", async () => {
    const flow = await flowAt(btp);
    expect(await flow.listMcpServers({ tenant: "acme" })).toEqual([]);
    btp.respond = () => ({ status: 404, body: "no route" });
    await expect(flow.listMcpServers({ tenant: "acme" })).rejects.toMatchObject({
      code: "ERR_TOKEN_CONFIG",
      message: expect.stringContaining(
        'Cannot list the fragments labelled agw.mcp.server of tenant "acme": what answered 404',
      ),
    });
  });
});

describe("createLobFlow: the provider's context", () => {
  it("tells the client id by the provider's token, with no token retrieved", async () => {
    btp.destination = { ...btp.destination, clientId: "ias-client" };
    const flow = await flowAt(btp);
    expect(await flow.clientId()).toBe("ias-client");
    expect(btp.calls()).toEqual(["token prov", "find prov"]);
    expect(btp.requests[1]).toMatchObject({ query: { $skipTokenRetrieval: "true" } });
    expect(btp.requests[1]?.headers).not.toHaveProperty("x-fragment-name");
  });

  it("tells none if the destination names none", async () => {
    const flow = await flowAt(btp);
    expect(await flow.clientId()).toBeUndefined();
  });

  it("never gives the provider's token to a tenant", async () => {
    const flow = await flowAt(btp);
    await flow.clientId();
    await flow.systemTokens.getToken({ tenant: "acme" });
    expect(btp.calls()).toContain("token acme");
    expect(btp.calls().slice(2).join()).not.toContain("prov");
  });
});

describe("createLobFlow: the end", () => {
  it("drops every token when asked", async () => {
    const flow = await flowAt(btp);
    await flow.systemTokens.getToken({ tenant: "acme" });
    flow.clearTokens();
    await flow.systemTokens.getToken({ tenant: "acme" });
    expect(btp.calls().slice(3)).toEqual(btp.calls().slice(0, 3));
  });

  it("ends what is under way, and all further calls", async () => {
    const flow = await flowAt(btp);
    const arrived = Promise.withResolvers<void>();
    btp.respond = () => {
      arrived.resolve();
      return new Promise(() => {});
    };
    const calls = [flow.listMcpServers({ tenant: "acme" }), flow.clientId()];
    const outcomes = Promise.allSettled(calls);
    await arrived.promise;
    await flow.close();
    for (const outcome of [...(await outcomes)]) {
      expect(outcome).toMatchObject({ reason: { code: "ERR_TOKEN_CLOSED" } });
    }
    for (const call of [
      () => flow.systemTokens.getToken({ tenant: "acme" }),
      () => flow.listAgents({ tenant: "acme" }),
      () => flow.clientId(),
    ]) {
      await expect(call()).rejects.toMatchObject({ code: "ERR_TOKEN_CLOSED" });
    }
  });

  it("passes the caller's reason on when a call is aborted", async () => {
    const flow = await flowAt(btp);
    const arrived = Promise.withResolvers<void>();
    btp.respond = () => {
      arrived.resolve();
      return new Promise(() => {});
    };
    const caller = new AbortController();
    const call = flow.listMcpServers({ tenant: "acme", signal: caller.signal });
    const reason = new Error("enough");
    arrived.promise.then(() => caller.abort(reason));
    await expect(call).rejects.toBe(reason);
  });
});

describe("detectLob", () => {
  it("is known by its name", () => {
    expect(detectLob().name).toBe("detectLob");
  });
});
