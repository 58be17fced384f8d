import { describe, expect, it } from "vitest";
import { z } from "zod";
import { findServiceBindings, serviceBindingRoot } from "./bindings/find-service-bindings.ts";
import { readVcapServices } from "./bindings/vcap-services.ts";
import { environmentVariable, readEnvironment } from "./environment/read-environment.ts";
import { urlRule } from "./environment/text-rules.ts";
import { environmentTokenSource } from "./sources/environment-token-source.ts";
import { fileTokenSource } from "./sources/file-token-source.ts";
import { createWatchedFile } from "./watched-file/watched-file.ts";

interface Case {
  readonly name: string;
  /** A misspelt option, and the one that was meant. */
  readonly wrong: string;
  readonly right: string;
  readonly call: (options: never) => unknown;
}

const cases: readonly Case[] = [
  {
    name: "createWatchedFile",
    wrong: "pollInterval",
    right: "pollIntervalMs",
    call: (options: object) => createWatchedFile("f", { parse: String, ...options }),
  },
  {
    name: "fileTokenSource",
    wrong: "onErrors",
    right: "onError",
    call: (options) => fileTokenSource("f", options),
  },
  {
    name: "fileTokenSource().getToken",
    wrong: "rejectedby",
    right: "rejectedBy",
    call: (options) => fileTokenSource("f").getToken({}, options),
  },
  {
    name: "environmentTokenSource",
    wrong: "environment",
    right: "env",
    call: (options) => environmentTokenSource("V", options),
  },
  {
    name: "environmentTokenSource().getToken",
    wrong: "signl",
    right: "signal",
    call: (options) => environmentTokenSource("V").getToken({}, options),
  },
  {
    name: "findServiceBindings",
    wrong: "types",
    right: "type",
    call: (options) => findServiceBindings(options),
  },
  { name: "serviceBindingRoot", wrong: "envs", right: "env", call: serviceBindingRoot },
  {
    name: "environmentVariable",
    wrong: "Env",
    right: "env",
    call: (options) => environmentVariable("V", options),
  },
  {
    name: "readEnvironment",
    wrong: "envv",
    right: "env",
    call: (options) => readEnvironment({ V: z.string() }, options),
  },
  {
    name: "readVcapServices",
    wrong: "environ",
    right: "env",
    call: (options) => readVcapServices(options),
  },
  {
    name: "urlRule",
    wrong: "allowInsecureHost",
    right: "allowInsecureHosts",
    call: (options) => urlRule(options),
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
    const error = await outcome(() => call({ [names.wrong]: undefined } as never));
    expect(error).toBeInstanceOf(TypeError);
    expect(error).toMatchObject({ message: expect.stringContaining(`"${names.right}"?`) });
  });

  it.each(cases.filter(({ name }) => name !== "createWatchedFile"))(
    "of $name is a plain object",
    async ({ call }) => {
      for (const options of [null, "s3cret", 7, [], new Map(), Promise.resolve({})]) {
        const error = await outcome(() => call(options as never));
        expect(error).toBeInstanceOf(TypeError);
        expect(String(error)).toMatch(/must be an? (?:plain )?object/);
        expect(String(error)).not.toContain("s3cret");
      }
    },
  );

  it.each([undefined, null, "s3cret", []])("of createWatchedFile is not %j", (options) => {
    expect(() => createWatchedFile("f", options as never)).toThrow(/^Cannot watch a file: /);
  });

  it.each(["x", 7, () => {}, null])("takes no %j for an environment", async (env) => {
    const wrong = { env } as never;
    expect(() => environmentVariable("V", wrong)).toThrow('"env" must be an object of variables');
    await expect(findServiceBindings(wrong)).rejects.toThrow(TypeError);
  });

  it.each([{ type: "" }, { type: 7 }, { root: " " }, { root: 7 }])(
    "finds no service bindings for %j",
    async (filter) => {
      await expect(findServiceBindings(filter as never)).rejects.toThrow(
        `"${Object.keys(filter)[0]}" must be a string that is not blank`,
      );
    },
  );
});
