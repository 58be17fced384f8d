import { inspect } from "node:util";
import type { TokenEvent } from "@agent-oauth/core";
import { unsignedJwt } from "@agent-oauth/test-support/unsigned-jwt";
import { describe, expect, it } from "vitest";
import type { StsTokenSourceOptions } from "../exchange/sts-options.ts";
import { issue, stsAndSource } from "../sts.test-support.ts";

const actorToken = unsignedJwt({ sub: "agent", jti: "sentinel-of-the-actor" });
const request = { subjectToken: "subject", audience: ["orders"] };

/** What becomes of a token with this `act`, and the events of it. */
async function answered(act: unknown, options: Partial<StsTokenSourceOptions> = {}) {
  const events: TokenEvent[] = [];
  const { sts, source } = await stsAndSource({
    actor: { name: "agent", token: actorToken },
    onEvent: (event) => events.push(event),
    ...options,
  });
  sts.respond = issue({}, { act });
  const ask = () => source.getToken(request).catch((error: unknown) => error);
  return { sts, source, ask, told: () => events.filter(({ type }) => type === "actor-ignored") };
}

describe("an actor", () => {
  it.each([
    ["named", { sub: "agent" }, 0],
    ["named before all that acted earlier", { sub: "agent", act: { sub: "other" } }, 0],
    ["named with more", { sub: "agent", iss: "https://idp.example" }, 0],
    ["not named", undefined, 1],
    ["named by no object", "agent", 1],
    ["named without a sub", { client_id: "agent" }, 1],
    ["another one", { sub: "other" }, 1],
    ["named as one that acted earlier", { sub: "other", act: { sub: "agent" } }, 1],
  ])("%s is told of, and the token is handed out", async (_, act, times) => {
    const { ask, told, source } = await answered(act);
    expect(await ask()).toMatchObject({ tokenType: "Bearer" });
    expect(told()).toEqual(
      Array(times).fill({
        type: "actor-ignored",
        identity: source.identity,
        at: expect.any(Number),
        audience: ["orders"],
        resource: [],
      }),
    );
  });

  it.each([
    [undefined, /the token has no "act"; have the STS do delegation/],
    [{ sub: "sentinel-of-somebody" }, /the token has an "act" that names another actor/],
  ])("ignored is an error where that is asked for: %j", async (act, message) => {
    const { ask, told } = await answered(act, { actorIgnored: "error" });
    const error = await ask();
    expect(error).toMatchObject({ code: "ERR_TOKEN_RESPONSE", retryable: false, status: 200 });
    expect(error).toHaveProperty("message", expect.stringMatching(message));
    expect(error).not.toHaveProperty("cause");
    expect(inspect(error, { depth: null, showHidden: true })).not.toMatch(/sentinel|eyJ/);
    expect(told()).toHaveLength(1);
  });

  it.each([
    ["is opaque", "opaque-actor"],
    ["has no sub", unsignedJwt({ jti: "1" })],
  ])("whose token %s is taken for the one named", async (_, token) => {
    const actor = { name: "agent", token };
    const named = await answered({ sub: "anybody" }, { actor, actorIgnored: "error" });
    expect(await named.ask()).toMatchObject({ tokenType: "Bearer" });
    const ignored = await answered(undefined, { actor, actorIgnored: "error" });
    expect(await ignored.ask()).toMatchObject({ code: "ERR_TOKEN_RESPONSE" });
  });

  it("may be named in an opaque token, for all that is known", async () => {
    const { sts, ask, told } = await answered(undefined, { actorIgnored: "error" });
    sts.respond = issue({ access_token: "opaque" });
    expect(await ask()).toMatchObject({ tokenType: "Bearer" });
    expect(told()).toEqual([]);
  });

  it("that there is not is not missed", async () => {
    const { sts, source } = await stsAndSource({ actorIgnored: "error" });
    expect(await source.getToken(request)).toMatchObject({ tokenType: "Bearer" });
    expect(sts.exchanges[0]?.form.has("actor_token")).toBe(false);
  });

  const fail = () => {
    throw new Error("sink");
  };
  it.each([
    ["throws", fail],
    ["rejects", async () => fail()],
  ])("costs no token if the sink %s", async (_, onEvent) => {
    const { ask } = await answered(undefined, { onEvent });
    expect(await ask()).toMatchObject({ tokenType: "Bearer" });
  });
});
