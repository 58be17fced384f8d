import { systemClock } from "@agent-oauth/core";
import { sleep } from "@agent-oauth/core/internal";
import { createTestAuthority } from "@agent-oauth/test-support/certificates";
import { describe, expect, it } from "vitest";
import { checkHttpOptions, type HttpOptions } from "./http-options.ts";

const [one, other] = await Promise.all([createTestAuthority(), createTestAuthority("Another")]);
const pem = (text: string) => `${text.trim()}\n`;
const both = [pem(one.certificate), pem(other.certificate)];
const caOf = (ca: HttpOptions["ca"]) =>
  checkHttpOptions({ ...(ca !== undefined && { ca }) }, "try").ca;

describe("checkHttpOptions", () => {
  it("reads every authority of a text, whatever became of its line breaks", () => {
    expect(caOf(both.join(""))).toEqual(both);
    expect(caOf(both.join("").replaceAll("\n", "\\n"))).toEqual(both);
    expect(caOf([both[0]?.trim() ?? "", both[1]?.replaceAll("\n", " ") ?? ""])).toEqual(both);
    expect([caOf(undefined), caOf([])]).toEqual([undefined, undefined]);
  });

  it.each([
    [`${both[0]}${both[1]?.replace(/MII../, "AAAAA")}`, /has 2, of which number 2 does not parse/],
    [both[0]?.slice(0, 200), /what was given is damaged: it is cut off/],
    [["", both[0]], /what was given is empty/],
    ["/etc/ca.pem", /looks like the name of a file/],
    [7, /must be PEM text, not a number/],
  ])('names the damage of "ca" (%#)', (ca, message) => {
    const check = () => caOf(ca as HttpOptions["ca"]);
    expect(check).toThrow(TypeError);
    expect(check).toThrow(/^Cannot try: "ca" must be PEM certificates, as text/);
    expect(check).toThrow(message);
  });

  it("fills in the defaults: real waits with real jitter among them", () => {
    expect(checkHttpOptions({}, "test")).toEqual({
      ca: undefined,
      timeoutMs: 60_000,
      connectTimeoutMs: 10_000,
      maxResponseBytes: 1_048_576,
      dispatcher: undefined,
      clock: systemClock,
      random: Math.random,
      sleep,
    });
  });
});
