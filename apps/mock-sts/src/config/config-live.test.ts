import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type MockSts, startMockSts } from "../mock-sts.ts";
import { applyLiveConfig, type LiveMock } from "./config-live.ts";
import { mergeConfig } from "./config-merge.ts";
import { readConfig } from "./config-read.ts";
import { optionsOf } from "./config-rules.ts";

const text = `
tokenLifetimeMs: 60000
sts: { quirks: [html-errors], mayAct: required }
mcpServers:
  - { name: a, ordId: "x:y", globalTenantId: "1", tools: [{ name: t, answer: [1, 2] }] }
faults:
  - effect: { kind: html }
clock: { frozenAt: 2027-01-01T00:00:00Z }
`;

const read = (changed: string) => mergeConfig(readConfig(changed, "mock-sts.yaml"));

let mock: MockSts;
let live: LiveMock;
beforeEach(async () => {
  const config = read(text);
  mock = await startMockSts(optionsOf(config));
  live = applyLiveConfig(mock.controls, config);
});
afterEach(() => mock.close());

describe("setStage", () => {
  it("sets faults and the clock at the start", () => {
    expect(mock.controls.listFaults()).toMatchObject([{ effect: { kind: "html" } }]);
    expect(mock.controls.clock.now()).toBe(Date.parse("2027-01-01T00:00:00Z"));
    expect(mock.controls.readSettings()).toMatchObject({
      tokenLifetimeMs: 60_000,
      quirks: ["html-errors"],
    });
  });

  it("finds nothing changed where nothing is", () => {
    expect(live.change(read(text))).toEqual({ applied: [], restart: [] });
    expect(live.change(read(`# reworded\n${text}`))).toEqual({ applied: [], restart: [] });
  });

  it("takes over settings, faults and the clock, and takes them back to their defaults", () => {
    const changed = text
      .replace("60000", "70000")
      .replace("html-errors", "casdoor-audience-ignored")
      .replace("kind: html", "kind: empty")
      .replace("2027", "2028");
    expect(live.change(read(changed))).toEqual({
      applied: ["clock", "faults", "sts.quirks", "tokenLifetimeMs"],
      restart: [],
    });
    expect(mock.controls.listFaults()).toMatchObject([{ effect: { kind: "empty" } }]);
    expect(mock.controls.clock.now()).toBe(Date.parse("2028-01-01T00:00:00Z"));
    expect(mock.controls.readSettings()).toMatchObject({
      tokenLifetimeMs: 70_000,
      quirks: ["casdoor-audience-ignored"],
    });
    live.change({});
    expect(mock.controls.listFaults()).toEqual([]);
    expect(mock.controls.clock.frozen).toBe(false);
    expect(mock.controls.readSettings()).toMatchObject({ tokenLifetimeMs: 3_600_000, quirks: [] });
  });

  it("leaves alone what the file does not change", () => {
    mock.controls.failNext({ status: 503 });
    mock.controls.tokenLifetimeMs = 5_000;
    mock.controls.clock.advance(1_000);
    const now = mock.controls.clock.now();
    expect(live.change(read(`alwaysUnauthorized: [a]\n${text}`)).applied).toEqual([
      "alwaysUnauthorized",
    ]);
    expect(mock.controls.alwaysUnauthorized).toEqual(["a"]);
    expect(mock.controls.listFaults()).toHaveLength(2);
    expect(mock.controls.tokenLifetimeMs).toBe(5_000);
    expect(mock.controls.clock.now()).toBe(now);
  });

  it("names what needs a restart until the file says again what the mock was started with", () => {
    const changed = text.replace("[1, 2]", "[1, 3]").replace("required", "optional");
    const restart = ["mcpServers", "sts.mayAct"];
    expect(live.change(read(changed))).toEqual({ applied: [], restart });
    expect(live.change(read(`port: 1\n${changed}`)).restart).toEqual([
      "mcpServers",
      "port",
      "sts.mayAct",
    ]);
    expect(live.change(read(text))).toEqual({ applied: [], restart: [] });
  });

  it("changes the scenario, the file's faults on top, and goes back", () => {
    expect(live.change(read(`scenario: short-lived-tokens\n${text}`)).applied).toEqual([
      "scenario",
    ]);
    expect(mock.controls.scenario).toBe("short-lived-tokens");
    expect(mock.controls.tokenLifetimeMs).toBe(10_000);
    expect(mock.controls.stsQuirks).toEqual(["html-errors"]);
    expect(mock.controls.listFaults()).toHaveLength(1);
    live.change(read(text));
    expect(mock.controls.scenario).toBeUndefined();
    expect(mock.controls.tokenLifetimeMs).toBe(60_000);
    expect(mock.controls.listFaults()).toHaveLength(1);
    expect(mock.controls.clock.frozen).toBe(true);
  });

  it("says that a scenario that the file has brought needs a restart, and changes nothing", () => {
    const before = mock.controls.readSettings();
    const changed = `scenario: mine\nscenarios: [{ name: mine }]\n${text.replace("60000", "70000")}`;
    expect(() => live.change(read(changed))).toThrow(/"mine".*restart/);
    expect(mock.controls.readSettings()).toEqual(before);
    expect(mock.controls.listFaults()).toHaveLength(1);
  });

  it("is what a reset goes back to, as the file says it by then", () => {
    const changed = `alwaysUnauthorized: [a]\nscenario: slow\n${text.replace("60000", "70000")}`;
    live.change(read(changed));
    const started = [mock.controls.readSettings(), mock.controls.listFaults().length];
    mock.controls.applyScenario("overloaded");
    mock.controls.changeSettings({ tokenLifetimeMs: 5_000, alwaysUnauthorized: false, quirks: [] });
    mock.controls.clock.release();
    mock.controls.clock.advance(1_000);
    mock.controls.reset();
    expect([mock.controls.readSettings(), mock.controls.listFaults().length]).toEqual(started);
    expect(mock.controls.readSettings()).toMatchObject({
      tokenLifetimeMs: 70_000,
      alwaysUnauthorized: ["a"],
      quirks: ["html-errors"],
    });
    expect(mock.controls.scenario).toBe("slow");
    expect(mock.controls.clock.now()).toBe(Date.parse("2027-01-01T00:00:00Z"));
  });
});
