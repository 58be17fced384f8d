import { createFakeClock } from "@agent-oauth/core/testing";
import type { PriorDiscovery } from "@modelcontextprotocol/client";
import { describe, expect, it } from "vitest";
import { ProtocolVerdicts } from "./protocol-verdicts.ts";

const legacy: PriorDiscovery = { kind: "legacy" };
const modern: PriorDiscovery = {
  kind: "modern",
  discover: { supportedVersions: ["2026-07-28"], capabilities: {} },
};

describe("ProtocolVerdicts", () => {
  it.each([
    ["legacy", legacy, -1, legacy],
    ["legacy", legacy, 0, undefined],
    ["legacy", legacy, 1, undefined],
    ["modern", modern, 1, modern],
  ])("holds a %s verdict, %#: an hour and %i ms", (_, prior, offset, expected) => {
    const clock = createFakeClock();
    const verdicts = new ProtocolVerdicts({ maxEntries: 9, clock });
    verdicts.set("a", prior);
    clock.advance(1_800_000);
    // Being used makes it no younger.
    verdicts.set("a", prior);
    clock.advance(1_800_000 + offset);
    expect(verdicts.get("a")).toBe(expected);
  });

  it("lets the oldest go", () => {
    const verdicts = new ProtocolVerdicts({ maxEntries: 2, clock: createFakeClock() });
    for (const key of ["a", "b", "c"]) verdicts.set(key, legacy);
    expect(["a", "b", "c"].map((key) => verdicts.get(key))).toEqual([undefined, legacy, legacy]);
    verdicts.delete("b");
    expect(verdicts.get("b")).toBeUndefined();
  });
});
