import { join } from "node:path";
import { inspect } from "node:util";
import { cachingTokenSource, TokenError } from "@agent-oauth/core";
import { createFakeClock } from "@agent-oauth/core/testing";
import { replaceFile, temporaryDirectory } from "@agent-oauth/test-support/temporary-directory";
import { unsignedJwt } from "@agent-oauth/test-support/unsigned-jwt";
import { describe, expect, it, vi } from "vitest";
import type { StsTokenSourceOptions } from "../exchange/sts-options.ts";
import { stsAndSource } from "../sts.test-support.ts";
import { actorToken, type StsActor } from "./actor-token.ts";
import { serviceAccountActor } from "./service-account-actor.ts";

/** A source with this actor, on a clock that stands still, and the actor tokens that its STS got. */
async function actingAs(token: StsActor["token"], options: Partial<StsTokenSourceOptions> = {}) {
  const clock = createFakeClock();
  const { sts, source } = await stsAndSource({
    actor: { name: "agent", token },
    clock,
    ...options,
  });
  const exchange = () => source.getToken({ subjectToken: "subject" });
  const sent = () => sts.exchanges.map(({ form }) => form.get("actor_token"));
  return { clock, source, exchange, sent, seconds: (s: number) => clock.now() / 1_000 + s };
}

const credential = { code: "ERR_TOKEN_CREDENTIAL", retryable: false };

function tokenFile(text?: string) {
  const file = join(temporaryDirectory(), "token");
  const write = (content: string) => {
    replaceFile(file, content);
  };
  if (text !== undefined) write(text);
  return { file, write };
}

describe("an actor that is a token", () => {
  it("is sent without its scheme", async () => {
    const { exchange, sent } = await actingAs("Bearer actor");
    await exchange();
    expect(sent()).toEqual(["actor"]);
  });

  it("is refused once it has expired, and nothing is sent", async () => {
    const clock = createFakeClock();
    const token = unsignedJwt({ sub: "sentinel", exp: clock.now() / 1_000 + 10 });
    const { exchange, sent } = await actingAs(token, { clock });
    clock.advance(9_999);
    await exchange();
    clock.advance(1);
    const error = await exchange().catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({
      ...credential,
      message: expect.stringMatching(/^Cannot act as "agent": Cannot use .* expired/),
    });
    expect(inspect(error, { depth: null })).not.toContain(token);
    expect(sent()).toHaveLength(1);
  });
});

describe("an actor that is a function", () => {
  it.each([
    ["a token", (token: string) => token],
    ["a token later", async (token: string) => token],
    ["a token with its lifetime", (token: string) => ({ token, expiresIn: 100 })],
    [
      "a token with its end, later",
      async (token: string) => ({ token, expiresAt: 1_767_225_700_000 }),
    ],
  ])("may yield %s, and is asked again when it ends", async (_, shape) => {
    let calls = 0;
    const clock = createFakeClock();
    const exp = clock.now() / 1_000 + 100;
    const provide = vi.fn(() => shape(unsignedJwt({ jti: ++calls, exp })));
    const { exchange, sent } = await actingAs(provide, { clock });
    await Promise.all([exchange(), exchange(), exchange()]);
    await exchange();
    expect(provide).toHaveBeenCalledTimes(1);
    clock.advance(100_000);
    await exchange().catch(() => {});
    expect(provide).toHaveBeenCalledTimes(2);
    expect(new Set(sent().slice(0, 4)).size).toBe(1);
  });

  it("renews its token without a new exchange being needed for the cached answer", async () => {
    let calls = 0;
    const { source, sent, clock } = await actingAs(() => ({
      token: `actor-${++calls}`,
      expiresIn: 10,
    }));
    const cache = cachingTokenSource(source, { clock, random: () => 0.5 });
    const request = { subjectToken: "subject" };
    await cache.getToken(request);
    clock.advance(60_000);
    await cache.getToken(request);
    expect(sent()).toEqual(["actor-1"]);
    await cache.getToken({ subjectToken: "another" });
    expect(sent()).toEqual(["actor-1", "actor-2"]);
  });

  it.each([
    [
      "throws",
      () => {
        throw new Error("sentinel-secret");
      },
      "ERR_TOKEN_PROVIDER",
    ],
    [
      "rejects",
      async () => {
        throw new Error("sentinel-secret");
      },
      "ERR_TOKEN_PROVIDER",
    ],
    ["yields nothing", () => undefined, "ERR_TOKEN_PROVIDER"],
    ["yields a blank token", () => " ", "ERR_TOKEN_PROVIDER"],
    ["yields a response as text", () => '{"token":"sentinel-secret"}', "ERR_TOKEN_PROVIDER"],
    [
      "yields an expired token",
      () => unsignedJwt({ jti: "sentinel", exp: 1 }),
      "ERR_TOKEN_PROVIDER",
    ],
    [
      "fails for the moment",
      () => {
        throw new TokenError("ERR_TOKEN_HTTP", "Cannot get it: 503", { status: 503 });
      },
      "ERR_TOKEN_HTTP",
    ],
  ] as [string, () => string, string][])(
    "that %s fails the exchange, and nothing is sent",
    async (_, token, code) => {
      const { exchange, sent } = await actingAs(token);
      const error = await exchange().catch((thrown: unknown) => thrown);
      expect(error).toMatchObject({ code, retryable: code === "ERR_TOKEN_HTTP" });
      expect(error).toHaveProperty("message", expect.stringMatching(/^Cannot act as "agent": /));
      expect(inspect(error, { depth: null })).not.toMatch(/sentinel-secret|eyJ/);
      expect(sent()).toEqual([]);
    },
  );

  it("that never answers is given up after timeoutMs", async () => {
    const { exchange } = await actingAs(() => new Promise(() => {}), { timeoutMs: 20 });
    await expect(exchange()).rejects.toMatchObject({
      code: "ERR_TOKEN_PROVIDER",
      message: expect.stringContaining("within 20 ms"),
    });
  });

  it("that never answers does not outlast its caller's signal", async () => {
    const { source } = await actingAs(() => new Promise(() => {}), { timeoutMs: 50 });
    const controller = new AbortController();
    const asked = source.getToken({ subjectToken: "s" }, { signal: controller.signal });
    const reason = new TokenError("ERR_TOKEN_CLOSED", "Cannot go on");
    controller.abort(reason);
    await expect(asked).rejects.toBe(reason);
  });
});

describe("an actor that is a file", () => {
  it("is read again when it changes, and the identity stays", async () => {
    const { file, write } = tokenFile("actor-1\n");
    const { exchange, sent, source } = await actingAs({ file });
    const { identity } = source;
    await exchange();
    write("actor-2\n");
    await exchange();
    expect(sent()).toEqual(["actor-1", "actor-2"]);
    expect(source.identity).toBe(identity);
  });

  it("keeps its last good token while it is half-written, until that expires", async () => {
    const clock = createFakeClock();
    const good = unsignedJwt({ jti: "sentinel", exp: clock.now() / 1_000 + 60 });
    const { file, write } = tokenFile(good);
    const { exchange, sent } = await actingAs({ file }, { clock });
    await exchange();
    for (const broken of ["", good.slice(0, 30)]) {
      write(broken);
      await exchange();
    }
    expect(sent()).toEqual([good, good, good]);
    clock.advance(60_000);
    await expect(exchange()).rejects.toMatchObject({
      ...credential,
      message: expect.stringMatching(/^Cannot act as "agent": .*it expired at/),
    });
    write(unsignedJwt({ jti: "renewed", exp: clock.now() / 1_000 + 60 }));
    await exchange();
    expect(sent()).toHaveLength(4);
  });

  it.each([
    ["missing", undefined, /no such file/],
    ["empty", "", /it is empty/],
    ["expired", unsignedJwt({ exp: 1 }), /it expired at/],
    ["no token", "two words", /contains spaces/],
  ])("that is %s is refused, by its name, and nothing is sent", async (_, text, reason) => {
    const { file, write } = tokenFile(text);
    const { exchange, sent } = await actingAs({ file });
    const error = await exchange().catch((thrown: unknown) => thrown);
    expect(error).toMatchObject(credential);
    expect(error).toHaveProperty("message", expect.stringMatching(reason));
    expect(error).toHaveProperty("message", expect.stringContaining(file));
    const renewed = unsignedJwt({ exp: 4_000_000_000 });
    write(renewed);
    await exchange();
    expect(sent()).toEqual([renewed]);
  });
});

describe("serviceAccountActor", () => {
  it("is the token that Kubernetes mounts, or another projected one", () => {
    const mounted = "/var/run/secrets/kubernetes.io/serviceaccount/token";
    expect(serviceAccountActor()).toMatchObject({ token: { file: mounted } });
    const projected = serviceAccountActor("/var/run/secrets/tokens/sts");
    expect(projected).toMatchObject({ token: { file: "/var/run/secrets/tokens/sts" } });
    expect(projected.name).not.toBe(serviceAccountActor().name);
  });
});

describe("the wait for an actor's token", () => {
  it("ends with the caller's signal, whatever the function does", async () => {
    const clock = createFakeClock();
    const actor = { name: "agent", token: () => new Promise<string>(() => {}) };
    const { get, close } = actorToken(actor, { clock, timeoutMs: 60_000 });
    const abort = new AbortController();
    const got = get({ signal: abort.signal });
    abort.abort("gone");
    await expect(got).rejects.toBe("gone");
    close();
  });
});
