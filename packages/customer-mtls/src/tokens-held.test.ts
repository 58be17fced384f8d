import type { AccessToken, BoundTokenSource, CachingTokenSource } from "@agent-oauth/core";
import { createFakeClock, type FakeClock } from "@agent-oauth/core/testing";
import { authority, issueCertificate } from "@agent-oauth/test-support/certificates";
import { temporaryDirectory } from "@agent-oauth/test-support/temporary-directory";
import { beforeEach, describe, expect, it, onTestFinished } from "vitest";
import { createCustomerMtlsFlow } from "./create-flow.ts";
import {
  credentialsWith,
  replaceCredentials,
  writeBinding,
} from "./credentials/credentials.test-support.ts";
import type { CustomerFlow } from "./flow.ts";
import { startIas, type TestIas } from "./ias/ias.test-support.ts";
import { createTransparentFlow } from "./transparent-flow.ts";

const LIFETIME_MS = 600_000;

let ias: TestIas;
let clock: FakeClock;

beforeEach(async () => {
  ias = await startIas();
  clock = createFakeClock(Date.now());
  ias.respond = (response) => {
    response.setHeader("content-type", "application/json");
    const access_token = `token-${ias.requests.length}`;
    const expires_in = LIFETIME_MS / 1_000;
    response.end(JSON.stringify({ access_token, token_type: "Bearer", expires_in }));
  };
  return () => ias.close();
});

interface Opened {
  readonly flow: CustomerFlow;
}

async function openMtls() {
  const credentials = credentialsWith({ tokenServiceUrl: ias.tokenServiceUrl });
  const credentialsFile = writeBinding(temporaryDirectory(), { credentials });
  const options = { credentialsFile, ca: authority, pollIntervalMs: 0, clock };
  const flow = await createCustomerMtlsFlow(options);
  /** Replaces the certificate, and has the flow look. */
  const rotate = async () => {
    const { certificate, key: privateKey } = await issueCertificate("clientAuth");
    replaceCredentials(credentialsFile, { ...credentials, certificate, privateKey });
    await flow.reloadCredentials();
  };
  return { flow, rotate };
}

async function openTransparent(): Promise<Opened> {
  const env = {
    INTEGRATION_CLIENT_ID: "agent-1",
    INTEGRATION_AUTH_URL: ias.tokenServiceUrl,
    INTEGRATION_GATEWAY_URL: "https://agw.example/",
  };
  return { flow: createTransparentFlow({ env, ca: authority, clock }) };
}

const user = { subjectToken: "ann", principal: "ann@example" };

/** Every object of a flow that hands a token out. */
function waysOut(flow: CustomerFlow): readonly WayOut[] {
  const kinds: [CachingTokenSource, object | undefined][] = [
    [flow.systemTokens, undefined],
    [flow.userTokens, user],
  ];
  return kinds.flatMap(([tokens, request]) => [
    { getToken: () => tokens.getToken(request), peek: () => tokens.peek(request) },
    tokens.bind(request),
  ]);
}

type WayOut = Pick<BoundTokenSource<AccessToken>, "getToken" | "peek">;

/** Opens a flow of which every way out has handed its token out. */
async function warm<O extends Opened>(open: () => Promise<O>) {
  const opened = await open();
  onTestFinished(() => opened.flow.close());
  const ways = waysOut(opened.flow);
  const before = new Set<AccessToken>();
  for (const way of ways) before.add(await way.getToken());
  expect(before.size).toBe(2);
  for (const way of ways) expect(before).toContain(way.peek());
  /** None hands out what it did; each hands out a new one. */
  const expectGone = async (of: readonly WayOut[] = ways) => {
    for (const way of of) expect(way.peek()).toBeUndefined();
    for (const way of of) expect(before).not.toContain(await way.getToken());
  };
  return { ...opened, ways, before, expectGone };
}

const flows: [string, () => Promise<Opened>][] = [
  ["createCustomerMtlsFlow", openMtls],
  ["createTransparentFlow", openTransparent],
];

describe.each(flows)("%s: no token is held beside the cache", (_, open) => {
  it("after its end", async () => {
    const { expectGone } = await warm(open);
    clock.advance(LIFETIME_MS);
    await expectGone();
  });

  it("after its user was evicted, or its request invalidated", async () => {
    const { flow, ways, before, expectGone } = await warm(open);
    const [systemWays, userWays] = [ways.slice(0, 2), ways.slice(2)];
    expect(flow.userTokens.evict({ principal: user.principal })).toBe(1);
    for (const way of systemWays) expect(before).toContain(await way.getToken());
    await expectGone(userWays);
    expect(flow.systemTokens.invalidate()).toBe(true);
    await expectGone(systemWays);
  });

  it("after clearTokens, not even of a request that was on its way", async () => {
    const { flow, expectGone } = await warm(open);
    flow.clearTokens();
    const late = flow.systemTokens.getToken();
    flow.clearTokens();
    const token = await late;
    expect(flow.systemTokens.peek()).toBeUndefined();
    expect(await flow.systemTokens.getToken()).not.toBe(token);
    flow.clearTokens();
    await expectGone();
  });

  it("after close", async () => {
    const { flow, ways } = await warm(open);
    await flow.close();
    for (const way of ways) {
      expect(way.peek()).toBeUndefined();
      await expect(way.getToken()).rejects.toMatchObject({ code: "ERR_TOKEN_CLOSED" });
    }
    expect(ias.requests).toHaveLength(2);
  });
});

describe("createCustomerMtlsFlow: no token is held beside the cache", () => {
  it("after its credential was replaced", async () => {
    const { rotate, expectGone } = await warm(openMtls);
    await rotate();
    await expectGone();
  });
});
