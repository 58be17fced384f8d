import assert from "node:assert";
import { writeFileSync } from "node:fs";
import type { TokenError } from "@agent-oauth/core";
import { temporaryDirectory } from "@agent-oauth/test-support/temporary-directory";
import { describe, expect, it, onTestFinished } from "vitest";
import { createCustomerMtlsFlow, detectCustomerMtls } from "./create-flow.ts";
import {
  credentialsWith,
  replaceCredentials,
  writeBinding,
} from "./credentials/credentials.test-support.ts";
import { flowFrom } from "./flow.test-support.ts";
import { createTransparentFlow, detectTransparent } from "./transparent-flow.ts";

const SENTINEL = "s3cr3t-sentinel";

const flow = () => flowFrom({ credentials: credentialsWith(), a2a: true });

interface Case {
  readonly name: string;
  /** A misspelt option, and the one that was meant. */
  readonly wrong: string;
  readonly right: string;
  /** What cannot be done. Default: anything. */
  readonly doing?: string;
  readonly call: (options: never) => unknown;
}

const cases: readonly Case[] = [
  {
    name: "createCustomerMtlsFlow",
    wrong: "credentialFile",
    right: "credentialsFile",
    call: (options) => createCustomerMtlsFlow(options),
  },
  {
    name: "detectCustomerMtls",
    wrong: "onCredentialError",
    right: "onCredentialsError",
    call: detectCustomerMtls,
  },
  {
    name: "createTransparentFlow",
    wrong: "timeout",
    right: "timeoutMs",
    call: createTransparentFlow,
  },
  {
    name: "detectTransparent",
    wrong: "maxUserToken",
    right: "maxUserTokens",
    call: detectTransparent,
  },
  {
    name: "listMcpServers",
    doing: "list MCP servers",
    wrong: "tenent",
    right: "tenant",
    call: async (options) => (await flow()).listMcpServers(options),
  },
  {
    name: "listAgents",
    doing: "list agents",
    wrong: "signl",
    right: "signal",
    call: async (options) => (await flow()).listAgents(options),
  },
  {
    name: "clientId",
    doing: "tell the client id",
    wrong: "sginal",
    right: "signal",
    call: async (options) => (await flow()).clientId(options),
  },
];

async function outcome(call: () => unknown): Promise<unknown> {
  try {
    return await call();
  } catch (error) {
    return error;
  }
}

describe("every options object", () => {
  it.each(cases)("of $name names what a misspelt option should be", async ({ call, ...names }) => {
    const error = await outcome(() => call({ [names.wrong]: SENTINEL } as never));
    expect(error).toBeInstanceOf(TypeError);
    expect(error).toMatchObject({ message: expect.stringContaining(`"${names.right}"?`) });
    expect(String(error)).toContain(`TypeError: Cannot ${names.doing ?? ""}`);
    expect(String(error)).not.toContain(SENTINEL);
  });

  it.each(cases)("of $name is a plain object", async ({ call }) => {
    for (const options of [null, SENTINEL, 7, [], new Map(), Promise.resolve({})]) {
      const error = await outcome(() => call(options as never));
      expect(error).toBeInstanceOf(TypeError);
      expect(String(error)).toContain("must be a plain object");
      expect(String(error)).not.toContain(SENTINEL);
    }
  });
});

describe("createCustomerMtlsFlow: messages and callbacks", () => {
  it("names a handful of bindings, however many there are", async () => {
    const root = temporaryDirectory();
    for (let i = 0; i < 30; i++) writeBinding(root, { name: `agw-${i}-${"x".repeat(200)}` });
    for (const options of [{}, { binding: "y".repeat(9_999) }]) {
      const error = await outcome(() => createCustomerMtlsFlow({ bindingRoot: root, ...options }));
      expect(error).toMatchObject({ code: "ERR_TOKEN_CONFIG" });
      expect(String(error)).toContain('"agw-0-xxx');
      expect(String(error)).toContain("and 25 more");
      expect(String(error).length).toBeLessThan(1_000);
    }
  });

  it("tells of changed credentials of which no client can be made, and keeps the good ones", async () => {
    const credentialsFile = writeBinding(temporaryDirectory());
    const heard: TokenError[] = [];
    const allowInsecureHosts = ["ias.example"];
    const onCredentialsError = (error: TokenError) => heard.push(error);
    const options = { credentialsFile, allowInsecureHosts, onCredentialsError };
    const flow = await flowFrom(options);
    // Over http: no certificate would be presented.
    const tokenServiceUrl = "http://ias.example/token";
    replaceCredentials(credentialsFile, credentialsWith({ clientid: "agent-2", tokenServiceUrl }));
    await flow.reloadCredentials();
    expect(heard).toMatchObject([{ code: "ERR_TOKEN_CONFIG", cause: { name: "TypeError" } }]);
    expect(await flow.clientId()).toBe("agent-1");
  });

  it.each<[string, () => unknown]>([
    ["throws", () => assert.fail(SENTINEL)],
    ["rejects", async () => assert.fail(SENTINEL)],
  ])("goes on with the good credentials if onCredentialsError %s", async (_, listener) => {
    const unhandled: unknown[] = [];
    const onUnhandled = (reason: unknown) => unhandled.push(reason);
    process.on("unhandledRejection", onUnhandled);
    onTestFinished(() => void process.off("unhandledRejection", onUnhandled));
    const credentialsFile = writeBinding(temporaryDirectory());
    let calls = 0;
    const onCredentialsError = () => {
      calls++;
      return listener();
    };
    const flow = await flowFrom({ credentialsFile, onCredentialsError });
    writeFileSync(credentialsFile, "{");
    await flow.reloadCredentials();
    await new Promise((resolve) => setImmediate(resolve));
    expect(await flow.clientId()).toBe("agent-1");
    expect(calls).toBe(1);
    expect(unhandled).toEqual([]);
  });
});
