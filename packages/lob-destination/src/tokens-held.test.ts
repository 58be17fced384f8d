import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { AccessToken, BoundTokenSource, CachingTokenSource } from "@agent-oauth/core";
import { createFakeClock, type FakeClock } from "@agent-oauth/core/testing";
import { temporaryDirectory } from "@agent-oauth/test-support/temporary-directory";
import { beforeEach, describe, expect, it } from "vitest";
import type { DestinationBinding } from "./binding/destination-binding.ts";
import { startBtp, type TestBtp } from "./btp.test-support.ts";
import { bindingAt, flowAt } from "./flow.test-support.ts";
import type { LobFlow } from "./flow.ts";

/** By the test server: a gateway's tokens live for an hour, service tokens for twelve. */
const GATEWAY_MS = 3_599_000;
const SERVICE_MS = 43_199_000;

let btp: TestBtp;
let clock: FakeClock;
let servicesFile: string;

beforeEach(async () => {
  btp = await startBtp();
  clock = createFakeClock(Date.now());
  servicesFile = join(temporaryDirectory(), "vcap");
  return () => btp.close();
});

function bind(members: Partial<DestinationBinding> = {}): void {
  const credentials = bindingAt(btp, members);
  writeFileSync(servicesFile, JSON.stringify({ destination: [{ name: "d", credentials }] }));
}

const system = { tenant: "acme" };
const user = { tenant: "acme", subjectToken: "ann", principal: "ann@example" };

type WayOut = Pick<BoundTokenSource<AccessToken>, "getToken" | "peek">;

/** Every object of a flow that hands a token out: two for system tokens, then two for user tokens. */
function waysOut(flow: LobFlow): readonly WayOut[] {
  const kinds: [CachingTokenSource, object][] = [
    [flow.systemTokens, system],
    [flow.userTokens, user],
  ];
  return kinds.flatMap(([tokens, request]) => [
    { getToken: () => tokens.getToken(request), peek: () => tokens.peek(request) },
    tokens.bind(request),
  ]);
}

/** Opens a flow of which every way out has handed its token out. */
async function warm() {
  bind();
  const env = { VCAP_SERVICES_FILE_PATH: servicesFile };
  const flow = await flowAt(btp, { binding: "d", env, clock });
  const ways = waysOut(flow);
  const before = new Set<AccessToken>();
  for (const way of ways) before.add(await way.getToken());
  expect(before.size).toBe(2);
  for (const way of ways) expect(before).toContain(way.peek());
  expect(btp.calls()).toHaveLength(5);
  /** None hands out what it did; each hands out a new one. */
  const expectGone = async (of: readonly WayOut[] = ways) => {
    for (const way of of) expect(way.peek()).toBeUndefined();
    for (const way of of) expect(before).not.toContain(await way.getToken());
  };
  /** How many service tokens were asked for. */
  const serviceTokens = () => btp.calls().filter((call) => call === "token acme").length;
  return { flow, ways, before, expectGone, serviceTokens };
}

describe("createLobFlow: no token is held beside the cache", () => {
  it("after its end, a service token's too", async () => {
    const { expectGone, serviceTokens } = await warm();
    clock.advance(GATEWAY_MS);
    await expectGone();
    expect(serviceTokens()).toBe(1);
    clock.advance(SERVICE_MS - GATEWAY_MS);
    await expectGone();
    expect(serviceTokens()).toBe(2);
  });

  it("after its user was evicted, or its request invalidated", async () => {
    const { flow, ways, before, expectGone } = await warm();
    expect(flow.userTokens.evict({ principal: user.principal })).toBe(1);
    for (const way of ways.slice(0, 2)) expect(before).toContain(await way.getToken());
    await expectGone(ways.slice(2));
    expect(flow.systemTokens.invalidate(system)).toBe(true);
    await expectGone(ways.slice(0, 2));
  });

  it("after clearTokens, service tokens included, and not even of a request on its way", async () => {
    const { flow, expectGone, serviceTokens } = await warm();
    flow.clearTokens();
    await expectGone();
    expect(serviceTokens()).toBe(2);
    flow.clearTokens();
    const late = flow.systemTokens.getToken(system);
    flow.clearTokens();
    const token = await late;
    expect(flow.systemTokens.peek(system)).toBeUndefined();
    expect(await flow.systemTokens.getToken(system)).not.toBe(token);
  });

  it("after close", async () => {
    const { flow, ways } = await warm();
    await flow.close();
    for (const way of ways) {
      expect(way.peek()).toBeUndefined();
      await expect(way.getToken()).rejects.toMatchObject({ code: "ERR_TOKEN_CLOSED" });
    }
    await expect(flow.listMcpServers(system)).rejects.toMatchObject({ code: "ERR_TOKEN_CLOSED" });
    expect(btp.calls()).toHaveLength(5);
  });

  it("after its client was replaced", async () => {
    const { flow, expectGone, serviceTokens } = await warm();
    bind({ clientid: "sb-other" });
    await flow.reloadBinding();
    await expectGone();
    expect(serviceTokens()).toBe(2);
  });

  it("after the secret was replaced: the service token, which it was got with", async () => {
    const { flow, ways, before, serviceTokens } = await warm();
    bind({ clientsecret: "another" });
    await flow.listMcpServers(system);
    expect(serviceTokens()).toBe(2);
    // It is the same client's, and the destination's credential is not the binding's.
    for (const way of ways) expect(before).toContain(await way.getToken());
  });

  it("after the Destination Service refused it, for itself only", async () => {
    const { flow, ways, before, serviceTokens } = await warm();
    const [refused] = btp.requests.flatMap(({ headers }) => headers.authorization ?? []);
    btp.respond = ({ headers }) =>
      headers.authorization === refused ? { status: 401, body: {} } : undefined;
    await flow.listMcpServers(system);
    await flow.listAgents(system);
    expect(serviceTokens()).toBe(2);
    expect(btp.requests.filter(({ headers }) => headers.authorization === refused)).toHaveLength(5);
    for (const way of ways) expect(before).toContain(await way.getToken());
  });
});
