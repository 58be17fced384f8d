import assert from "node:assert";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { temporaryDirectory } from "@agent-oauth/test-support/temporary-directory";
import { beforeEach, describe, expect, it, onTestFinished } from "vitest";
import { startBtp, type TestBtp } from "./btp.test-support.ts";
import { createLobFlow, detectLob } from "./create-flow.ts";
import { bindingAt, flowAt } from "./flow.test-support.ts";

const SENTINEL = "s3cr3t-sentinel";

interface Case {
  readonly name: string;
  /** A misspelt option, and the one that was meant. */
  readonly wrong: string;
  readonly right: string;
  readonly call: (options: never) => unknown;
}

const flow = () => flowAt({ origin: "https://btp.example" } as TestBtp);

const cases: readonly Case[] = [
  {
    name: "createLobFlow",
    wrong: "landscpae",
    right: "landscape",
    call: (options) => createLobFlow(options),
  },
  { name: "detectLob", wrong: "secretRoot", right: "secretsRoot", call: detectLob },
  {
    name: "listMcpServers",
    wrong: "tenent",
    right: "tenant",
    call: async (options) => (await flow()).listMcpServers(options),
  },
  {
    name: "listAgents",
    wrong: "Tenant",
    right: "tenant",
    call: async (options) => (await flow()).listAgents(options),
  },
  {
    name: "clientId",
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

describe("createLobFlow: messages and callbacks", () => {
  let btp: TestBtp;

  beforeEach(async () => {
    btp = await startBtp();
    return () => btp.close();
  });

  it("names a handful of fragments, however many there are", async () => {
    const names = Array.from({ length: 25_000 }, (_, i) => `f${String(i).padStart(5, "0")}`);
    btp.fragments["subscriber.ias"] = names.map((FragmentName) => ({ FragmentName }));
    const flow = await flowAt(btp);
    const error = await outcome(() => flow.systemTokens.getToken({ tenant: "acme" }));
    expect(error).toMatchObject({ code: "ERR_TOKEN_CONFIG" });
    expect(String(error)).toContain(
      'there are 25000 of them: "f00000", "f00001", "f00002", "f00003", "f00004" and 24,995 more',
    );
    expect(String(error).length).toBeLessThan(500);
  });

  it("cuts the name of a fragment", async () => {
    const FragmentName = "f".repeat(500_000);
    btp.fragments["subscriber.ias"] = [{ FragmentName }];
    btp.fragments["agw.mcp.server"] = [{ FragmentName, URL: "ftp://x" }];
    btp.respond = ({ headers }) =>
      headers["x-fragment-name"] === undefined ? undefined : { status: 403, body: {} };
    const flow = await flowAt(btp);
    const error = await outcome(() => flow.systemTokens.getToken({ tenant: "acme" }));
    const [server] = await flow.listMcpServers({ tenant: "acme" });
    for (const shown of [String(error), String(server?.fault)]) {
      expect(shown).toContain(`${"f".repeat(80)}…`);
      expect(shown.length).toBeLessThan(500);
    }
  });

  it.each<[string, () => unknown]>([
    ["throws", () => assert.fail(SENTINEL)],
    ["rejects", async () => assert.fail(SENTINEL)],
  ])("goes on if onBindingError or onEvent %s", async (_, listener) => {
    const unhandled: unknown[] = [];
    const onUnhandled = (reason: unknown) => unhandled.push(reason);
    process.on("unhandledRejection", onUnhandled);
    onTestFinished(() => void process.off("unhandledRejection", onUnhandled));
    const secretsRoot = temporaryDirectory();
    const file = join(secretsRoot, "vcap");
    const services = (credentials: object) => ({ destination: [{ name: "d", credentials }] });
    writeFileSync(file, JSON.stringify(services(bindingAt(btp))));
    const heard: string[] = [];
    const on = (name: string) => () => {
      heard.push(name);
      return listener();
    };
    const flow = await flowAt(btp, {
      binding: "d",
      env: { VCAP_SERVICES_FILE_PATH: file },
      onBindingError: on("binding"),
      // The flow's own event; those of the caches are tested in core.
      onEvent: ({ type }) => (type === "lifetime-skipped" ? (on(type)() as undefined) : undefined),
    });
    writeFileSync(file, "{");
    btp.respond = ({ headers }) =>
      headers["x-fragment-name"] === undefined
        ? undefined
        : {
            body: {
              destinationConfiguration: btp.destination,
              authTokens: [{ type: "Bearer", value: "t", expires_in: "never" }],
            },
          };
    expect((await flow.systemTokens.getToken({ tenant: "acme" })).token).toBe("t");
    await new Promise((resolve) => setImmediate(resolve));
    expect(heard).toEqual(expect.arrayContaining(["binding", "lifetime-skipped"]));
    expect(heard.filter((name) => name === "binding")).toHaveLength(1);
    expect(unhandled).toEqual([]);
  });
});
