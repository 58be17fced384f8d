import { inspect } from "node:util";
import { TokenError } from "@agent-oauth/core";
import { beforeEach, describe, expect, it, onTestFinished, vi } from "vitest";
import { startBtp, type TestBtp, type TestResponse } from "../btp.test-support.ts";
import { bindingAt, flowAt } from "../flow.test-support.ts";
import type { LobFlowOptions } from "../flow-options.ts";
import { refusal } from "./destination-error.ts";

const SENTINEL = "s3cr3t-sentinel";
const USER_TOKEN = `user-${SENTINEL}-token`;
const DESTINATION = '"sap-managed-runtime-ias-eu10"';
const LISTING = `Cannot get a user token for tenant "acme" from the destination ${DESTINATION} with the fragment labelled subscriber.ias.user: `;
const FINDING = `Cannot get a user token for tenant "acme" from the destination ${DESTINATION} with the fragment "ias-user-1": `;

let btp: TestBtp;

beforeEach(async () => {
  btp = await startBtp();
  return () => btp.close();
});

/** Answers one kind of request in place of the server. */
function answer(kind: "token" | "list" | "find", answer: TestResponse): void {
  const marks = { token: "/oauth/token", list: "/v1/", find: "/v2/" };
  btp.respond = ({ path }) => (path.includes(marks[kind]) ? answer : undefined);
}

async function faultOf(call: Promise<unknown>): Promise<TokenError> {
  const error: unknown = await call.then(
    () => new Error("it succeeded"),
    (thrown: unknown) => thrown,
  );
  const shown = [inspect(error, { depth: null, showHidden: true }), JSON.stringify(error)];
  expect(shown.join()).not.toContain(SENTINEL);
  expect((error as Error).stack).not.toContain(SENTINEL);
  if (TokenError.isInstance(error)) return error;
  throw error;
}

async function userFault(options: LobFlowOptions = {}): Promise<TokenError> {
  const flow = await flowAt(btp, {
    binding: bindingAt(btp, { clientsecret: SENTINEL }),
    ...options,
  });
  return faultOf(flow.userTokens.getToken({ tenant: "acme", subjectToken: USER_TOKEN }));
}

describe("a flow that cannot list fragments", () => {
  it("tells a tenant without fragments from everything else", async () => {
    btp.fragments = {};
    expect(await userFault()).toMatchObject({
      code: "ERR_TOKEN_SOURCE_UNAVAILABLE",
      message: `${LISTING}there is none; the tenant has not subscribed, or is not set up for Agent Gateway`,
    });
  });

  it("names all of several, and takes none", async () => {
    btp.fragments["subscriber.ias.user"] = [{ FragmentName: "b" }, { FragmentName: "a" }];
    expect(await userFault()).toMatchObject({
      code: "ERR_TOKEN_CONFIG",
      message: `${LISTING}there are 2 of them: "a", "b"; choose one by the option "fragment", a name or a function (names, { kind }) that chooses for each kind of token`,
    });
    expect(btp.calls().filter((call) => call.startsWith("find"))).toEqual([]);
  });

  it.each([
    ["c", "ERR_TOKEN_CONFIG", "names none of them; it may be a function (names, { kind }) that"],
    [() => "c", "ERR_TOKEN_PROVIDER", "must return one of these names, not another name"],
    [() => undefined, "ERR_TOKEN_PROVIDER", "must return one of these names, not undefined"],
    [
      () => {
        throw new Error(SENTINEL);
      },
      "ERR_TOKEN_PROVIDER",
      'Cannot ask the option "fragment": it threw',
    ],
  ])(
    "takes none of several where the option names none of them (%#)",
    async (fragment, code, why) => {
      btp.fragments["subscriber.ias.user"] = [{ FragmentName: "b" }, { FragmentName: "a" }];
      expect(await userFault({ fragment: fragment as string })).toMatchObject({
        code,
        message: expect.stringContaining(why),
      });
      expect(btp.calls().filter((call) => call.startsWith("find"))).toEqual([]);
    },
  );

  it("fails as the function for the option fails, if it fails in our words", async () => {
    btp.fragments["subscriber.ias.user"] = [{ FragmentName: "b" }, { FragmentName: "a" }];
    const own = new TokenError("ERR_TOKEN_CONFIG", "Cannot choose: no rule for acme");
    const fragment = () => {
      throw own;
    };
    const { code, message } = await userFault({ fragment });
    expect([code, message.toLowerCase()]).toEqual([
      "ERR_TOKEN_CONFIG",
      expect.stringContaining("cannot choose: no rule for acme"),
    ]);
  });

  it.each(["a,b", "ü", "a\nb"])("refuses the name %j, which no header can carry", async (name) => {
    btp.fragments["subscriber.ias.user"] = [{ FragmentName: name }];
    expect(await userFault()).toMatchObject({
      code: "ERR_TOKEN_CONFIG",
      message: `${LISTING}no header can carry its name ${JSON.stringify(name)}`,
    });
  });

  it.each<[string, TestResponse, object, string]>([
    [
      "a wrong uri",
      { status: 404, body: `<html>${SENTINEL}` },
      { code: "ERR_TOKEN_CONFIG", status: 404 },
      'what answered 404 is not the Destination Service; check "uri" of the binding',
    ],
    [
      "a wrong uri that answers JSON",
      { status: 404, body: { error: "not_found", detail: SENTINEL } },
      { code: "ERR_TOKEN_CONFIG", status: 404 },
      "is not the Destination Service",
    ],
    [
      "no subscription",
      { status: 404, body: { ErrorMessage: "no such subscription" } },
      { code: "ERR_TOKEN_SOURCE_UNAVAILABLE", status: 404 },
      'answered 404: "no such subscription"; the tenant has no subscription there',
    ],
    [
      "a text body",
      { status: 403, body: SENTINEL },
      { code: "ERR_TOKEN_HTTP", status: 403, retryable: false },
      "the Destination Service answered 403; the tenant may have ended its subscription",
    ],
    [
      "a token of another issuer",
      { status: 422, body: { ErrorMessage: "IAS token" } },
      { code: "ERR_TOKEN_HTTP", status: 422 },
      'answered 422: "IAS token"; it takes service tokens of XSUAA only',
    ],
    [
      "a redirect",
      { status: 302, headers: { location: "/elsewhere" } },
      { code: "ERR_TOKEN_HTTP", status: 302 },
      "redirects are not followed",
    ],
    [
      "what is no JSON",
      { body: `<html>${SENTINEL}` },
      { code: "ERR_TOKEN_RESPONSE" },
      "the response is not a JSON list of fragments",
    ],
    ["no list", { body: { value: SENTINEL } }, { code: "ERR_TOKEN_RESPONSE" }, "not a JSON list"],
    [
      "a missing FragmentName",
      { body: [{ URL: SENTINEL }] },
      { code: "ERR_TOKEN_RESPONSE" },
      "each with a FragmentName",
    ],
    [
      "an answer without end",
      { body: [{ FragmentName: "ias", filler: "x".repeat(1_048_576) }] },
      { code: "ERR_TOKEN_RESPONSE" },
      "longer than 1 MiB",
    ],
  ])("names tenant, destination and label at %s", async (_, given, error, reason) => {
    answer("list", given);
    const fault = await userFault();
    expect(fault).toMatchObject(error);
    expect(fault.message.startsWith(LISTING)).toBe(true);
    expect(fault.message).toContain(reason);
    expect(btp.calls().filter((call) => call.startsWith("list"))).toHaveLength(1);
  });
});

describe("a flow that is refused", () => {
  const later = "try again later";
  const final = 'redirects are not followed: give the final URL as "uri" of the binding';
  const check = "check the binding, the destination and its fragments";
  it.each([
    [299, check, false],
    [300, final, false],
    [399, final, false],
    [400, check, false],
    [403, "the tenant may have ended its subscription; if not, check the binding", false],
    [408, later, true],
    [422, "it takes service tokens of XSUAA only", false],
    [429, later, true],
    [499, check, false],
    [500, later, true],
  ])("says what to do about %i", (status, advice, retryable) => {
    const response = { status, retryAfterMs: undefined, body: undefined } as never;
    const notFound = { code: "ERR_TOKEN_CONFIG", advice: "none" } as const;
    const error = refusal(response, { doing: "ask", secrets: [], notFound });
    expect(error).toMatchObject({ code: "ERR_TOKEN_HTTP", status, retryable });
    expect(error.message).toBe(`Cannot ask: the Destination Service answered ${status}; ${advice}`);
  });
});

describe("an ErrorMessage that quotes what was sent", () => {
  it.each(["authorization", "x-user-token"])("is not repeated in an item: %s", async (header) => {
    btp.respond = ({ path, headers }) =>
      path.includes("/v2/")
        ? {
            body: {
              destinationConfiguration: btp.destination,
              authTokens: [{ type: "", value: "", error: `cannot use ${headers[header]}` }],
            },
          }
        : undefined;
    const { message } = await userFault();
    expect(message).toMatch(/retrieved no token: it failed$/);
  });

  it.each(["authorization", "x-user-token"])("is not repeated: %s", async (header) => {
    btp.respond = ({ path, headers }) =>
      path.includes("/v2/")
        ? { status: 400, body: { ErrorMessage: `bad: ${headers[header]}` } }
        : undefined;
    const { message } = await userFault();
    expect(message).toBe(
      `${FINDING}the Destination Service answered 400; check the binding, the destination and its fragments`,
    );
  });
});

describe("a flow that cannot look the destination up", () => {
  const found = (body: object) => ({
    body: { destinationConfiguration: btp.destination, authTokens: [], ...body },
  });

  it.each<[string, () => TestResponse, object, string]>([
    [
      "an unknown destination or fragment",
      () => ({ status: 404, body: { ErrorMessage: "was not found" } }),
      { code: "ERR_TOKEN_CONFIG", status: 404 },
      `answered 404: "was not found"; check that the provider's subaccount has the destination, and the tenant's subscription the fragment`,
    ],
    [
      "an item that failed",
      () => found({ authTokens: [{ type: "", value: "", error: "No consumed apis." }] }),
      { code: "ERR_TOKEN_RESPONSE" },
      'retrieved no token: it failed: "No consumed apis."',
    ],
    [
      "an item that failed by the user's token",
      () => found({ authTokens: [{ error: `invalid: ${USER_TOKEN}` }] }),
      { code: "ERR_TOKEN_RESPONSE" },
      "retrieved no token: it failed",
    ],
    ["no items", () => found({}), { code: "ERR_TOKEN_RESPONSE" }, "its response has none"],
    [
      "a token of another kind",
      () => found({ authTokens: [{ type: "SAML", value: SENTINEL }] }),
      { code: "ERR_TOKEN_TYPE_UNSUPPORTED" },
      "not a bearer token",
    ],
    [
      "no destination",
      () => ({ body: { secret: SENTINEL } }),
      { code: "ERR_TOKEN_RESPONSE" },
      "the response is not a JSON destination",
    ],
    [
      "no URL of a gateway",
      () => found({ destinationConfiguration: { URL: " / ", clientSecret: SENTINEL } }),
      { code: "ERR_TOKEN_CONFIG" },
      "they name no URL of a gateway",
    ],
    [
      "a gateway without TLS",
      () => found({ destinationConfiguration: { url: "http://agw.example" } }),
      { code: "ERR_TOKEN_CONFIG" },
      'the URL of the gateway must be https:, unless "allowInsecureHosts" names its host',
    ],
    [
      "a gateway with a query",
      () => found({ destinationConfiguration: { url: `https://agw.example/?key=${SENTINEL}` } }),
      { code: "ERR_TOKEN_CONFIG" },
      "the URL of the gateway must not have a query",
    ],
  ])("names tenant, destination and fragment at %s", async (_, given, error, reason) => {
    answer("find", given());
    const fault = await userFault();
    expect(fault).toMatchObject(error);
    expect(fault.message.startsWith(FINDING)).toBe(true);
    expect(fault.message).toContain(reason);
  });

  it("tells so for the client id, too", async () => {
    answer("find", { status: 404, body: { ErrorMessage: "was not found" } });
    const flow = await flowAt(btp);
    expect((await faultOf(flow.clientId())).message).toBe(
      `Cannot read the client id of the destination ${DESTINATION}: the Destination Service answered 404: "was not found"; check that the provider's subaccount has the destination`,
    );
  });
});

describe("a flow that gets no service token", () => {
  it.each([401, 404])("says at %i what else it may mean, and asks once", async (status) => {
    answer("token", {
      status,
      body: { error: "unauthorized", error_description: `Bad credentials ${SENTINEL}` },
    });
    const fault = await userFault();
    expect(fault).toMatchObject({ code: "ERR_TOKEN_OAUTH", status, oauthError: "unauthorized" });
    expect(fault.message.startsWith(LISTING)).toBe(true);
    expect(fault.message).toContain(`${btp.origin}/acme/oauth/token`);
    expect(fault.message).toContain("a tenant that is unknown or has not subscribed");
    expect(btp.requests).toHaveLength(1);
  });

  it("does not use a token of another tenant", async () => {
    const claims = Buffer.from(JSON.stringify({ ext_attr: { zdn: "prov" } })).toString("base64url");
    answer("token", { body: { access_token: `e30.${claims}.x`, token_type: "bearer" } });
    expect(await userFault()).toMatchObject({
      code: "ERR_TOKEN_RESPONSE",
      message: `${LISTING}cannot use the service token of tenant "acme": it belongs to another tenant; check the token URL`,
    });
    expect(btp.requests).toHaveLength(1);
  });

  it("does not ask again and again through its own retries", async () => {
    answer("token", { status: 429, headers: { "retry-after": "3600" } });
    const fault = await userFault();
    expect(fault).toMatchObject({ code: "ERR_TOKEN_HTTP", status: 429, retryAfterMs: 3_600_000 });
    expect(btp.requests).toHaveLength(1);
  });
});

describe("a flow whose service token is refused", () => {
  const refuse = (times: number) => {
    let left = times;
    btp.respond = ({ path }) =>
      path.includes("/v1/") && left-- > 0 ? { status: 401, body: SENTINEL } : undefined;
  };

  it("gets one new token and goes on", async () => {
    const flow = await flowAt(btp);
    await flow.clientId();
    refuse(1);
    await flow.systemTokens.getToken({ tenant: "acme" });
    expect(btp.calls().slice(2)).toEqual([
      "token acme",
      "list acme subscriber.ias",
      "token acme",
      "list acme subscriber.ias",
      "find acme",
    ]);
    expect(btp.requests[6]?.headers.authorization).toBe("Bearer service-acme-5");
  });

  it("gives up after the second refusal", async () => {
    refuse(9);
    const fault = await userFault();
    expect(fault).toMatchObject({ code: "ERR_TOKEN_REJECTED", status: 401 });
    expect(fault.message).toContain(LISTING);
    expect(btp.requests).toHaveLength(4);
  });
});

describe("a flow whose Destination Service is not well", () => {
  it("asks again when told to come back soon", async () => {
    vi.spyOn(Math, "random").mockReturnValue(0); // No jitter.
    onTestFinished(() => void vi.restoreAllMocks());
    const flow = await flowAt(btp);
    let failures = 2;
    btp.respond = ({ path }) =>
      path.includes("/v2/") && failures-- > 0
        ? { status: 503, headers: { "retry-after": "0" } }
        : undefined;
    await flow.systemTokens.getToken({ tenant: "acme" });
    expect(btp.calls().filter((call) => call.startsWith("find"))).toHaveLength(3);
  });

  it("leaves a longer wait to the cache, which asks nobody meanwhile", async () => {
    answer("list", { status: 429, headers: { "retry-after": "30" } });
    const flow = await flowAt(btp);
    const call = () => faultOf(flow.systemTokens.getToken({ tenant: "acme" }));
    expect(await call()).toMatchObject({ status: 429, retryAfterMs: 30_000, retryable: true });
    expect(await call()).toMatchObject({ status: 429, retryable: true });
    expect(btp.requests).toHaveLength(2);
  });

  it("says that it cannot be reached", async () => {
    const other = await startBtp();
    await other.close();
    vi.spyOn(Math, "random").mockReturnValue(0);
    onTestFinished(() => void vi.restoreAllMocks());
    const fault = await userFault({ binding: bindingAt(btp, { uri: other.origin }) });
    expect(fault).toMatchObject({ code: "ERR_TOKEN_NETWORK", retryable: true });
    expect(fault.message).toBe(
      `${LISTING.slice(0, -2)} at ${other.origin}: nothing listens there (ECONNREFUSED); check host and port`,
    );
  });

  it("says that it cannot be trusted", async () => {
    // The server's certificate is for 127.0.0.1.
    const uri = btp.origin.replace("127.0.0.1", "localhost");
    const fault = await userFault({ binding: bindingAt(btp, { uri }) });
    expect(fault).toMatchObject({ code: "ERR_TOKEN_TLS", retryable: false });
  });

  it("keeps to the limit of time", async () => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    onTestFinished(() => void vi.useRealTimers());
    btp.respond = ({ path }) => {
      if (!path.includes("/v1/")) return undefined;
      vi.advanceTimersByTime(60_000);
      return new Promise(() => {});
    };
    const fault = await userFault();
    expect(fault).toMatchObject({
      code: "ERR_TOKEN_TIMEOUT",
      retryable: true,
      message: `Cannot get a user token for tenant "acme" from the destination ${DESTINATION}: no answer within 60000 ms; the option "timeoutMs" sets the limit`,
    });
  });
});
