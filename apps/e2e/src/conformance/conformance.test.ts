import { describe, expect, it } from "vitest";
import { judge, ourClient } from "./conformance-tool.test-support.ts";

/** What the tool looks at whatever the scenario: the way to the token, and that it is used. */
const COMMON = [
  "prm-pathbased-requested",
  "authorization-server-metadata",
  "token-request",
  "valid-bearer-token",
];
const CROSS_APP = ["complete-flow-token-exchange", "complete-flow-jwt-bearer"];

/** By edition, the scenarios in which a client gets tokens without a browser, and what is looked at besides. */
const SCENARIOS = [
  ["released", "auth/cross-app-access-complete-flow", CROSS_APP],
  ["released", "auth/client-credentials-jwt", ["client-credentials-jwt-verified"]],
  ["released", "auth/client-credentials-basic", ["client-credentials-basic-auth"]],
  // The first one by its new name.
  ["preview", "auth/enterprise-managed-authorization", CROSS_APP],
  ["preview", "auth/wif-jwt-bearer", ["wif-assertion-verified"]],
] as const;

const timeout = 120_000;

describe("a client of these packages", () => {
  it.each(SCENARIOS)("passes every check of the %s %s", { timeout }, async (...row) => {
    const [edition, scenario, own] = row;
    const { exitCode, report, checks, client } = await judge(edition, {
      scenario,
      client: ourClient,
    });

    const judged = checks.filter(({ status }) => status !== "INFO");
    expect(judged.filter(({ status }) => status !== "SUCCESS")).toEqual([]);
    expect(new Set(judged.map(({ id }) => id))).toEqual(new Set([...COMMON, ...own]));
    expect(judged.filter(({ id }) => id === "token-request")).toHaveLength(1);
    expect(report).toContain(`Passed: ${judged.length}/${judged.length}, 0 failed, 0 warnings`);
    expect(exitCode).toBe(0);
    // That and nothing else, so no secret either.
    expect(client).toEqual({
      stdout: 'test-tool [{"type":"text","text":"test"}]\ntoken requests 1\n',
      stderr: "",
    });
  });
});

describe("a client of these packages that is led elsewhere", () => {
  it("posts nothing where another issuer's metadata says", { timeout }, async () => {
    const scenario = "auth/metadata-issuer-mismatch";
    const { exitCode, checks, client } = await judge("preview", { scenario, client: ourClient });
    expect(checks.filter(({ status }) => status !== "INFO")).toMatchObject([
      { id: "prm-pathbased-requested", status: "SUCCESS" },
      { id: "authorization-server-metadata", status: "SUCCESS" },
      { id: "sep-2468-client-validate-metadata-issuer", status: "SUCCESS" },
    ]);
    expect(exitCode).toBe(0);
    expect(client.stdout).toBe("");
    expect(client.stderr).toContain("ERR_TOKEN_METADATA");
  });
});

describe("a client that does nothing", () => {
  it.each([SCENARIOS[0], SCENARIOS[4]])("fails the %s %s", { timeout }, async (...row) => {
    const [edition, scenario, own] = row;
    const { exitCode, checks } = await judge(edition, { scenario, client: ["--eval=0"] });
    expect(checks).toMatchObject(own.map((id) => ({ id, status: "FAILURE" })));
    expect(exitCode).toBe(1);
  });
});
