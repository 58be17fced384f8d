import { inspect } from "node:util";
import { afterEach, describe, expect, it, vi } from "vitest";
import { z } from "zod";
import { environmentVariable, readEnvironment } from "./read-environment.ts";

const SENTINEL = "s3cr3t-sentinel";

afterEach(() => {
  vi.unstubAllEnvs();
});

describe("readEnvironment", () => {
  it("returns each variable as its schema makes it", () => {
    const shape = {
      AGENT_URL: z.url(),
      AGENT_PORT: z.coerce.number(),
      AGENT_NAME: z.string().optional(),
    };
    const env = { AGENT_URL: "https://a.example", AGENT_PORT: "8080", OTHER: "x" };
    expect(readEnvironment(shape, { env })).toEqual({
      AGENT_URL: "https://a.example",
      AGENT_PORT: 8080,
    });
  });

  it("names every variable that is missing, blank or wrong, and shows no value", () => {
    const shape = {
      A: z.string(),
      B: z.string(),
      C: z.string().optional(),
      D: z.url(),
      E: z.string(),
    };
    const env = { B: " ", C: "", D: SENTINEL, E: "fine" };
    let error: unknown;
    try {
      readEnvironment(shape, { env });
    } catch (thrown) {
      error = thrown;
    }
    expect(error).toMatchObject({
      code: "ERR_TOKEN_CONFIG",
      message:
        "Cannot read the environment: A is not set; B is blank; C is blank; D: must be an absolute URL",
    });
    expect(inspect(error, { depth: null, showHidden: true })).not.toContain(SENTINEL);
  });

  it("reads the process's environment, as it is at the call", () => {
    vi.stubEnv("AGENT_OAUTH_TEST", "first");
    expect(readEnvironment({ AGENT_OAUTH_TEST: z.string() })).toEqual({
      AGENT_OAUTH_TEST: "first",
    });
    vi.stubEnv("AGENT_OAUTH_TEST", "second");
    expect(readEnvironment({ AGENT_OAUTH_TEST: z.string() })).toEqual({
      AGENT_OAUTH_TEST: "second",
    });
  });
});

describe("environmentVariable", () => {
  it("tells unset from blank", () => {
    expect(environmentVariable("A", { env: { A: "a" } })).toBe("a");
    expect(environmentVariable("B", { env: { A: "a" } })).toBeUndefined();
    expect(() => environmentVariable("A", { env: { A: "\t" } })).toThrow("A is blank");
  });
});
