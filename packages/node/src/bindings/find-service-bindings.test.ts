import { symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import {
  projectFiles,
  temporaryDirectory,
  writeFiles,
} from "@agent-oauth/test-support/temporary-directory";
import { describe, expect, it } from "vitest";
import { findServiceBindings, serviceBindingRoot } from "./find-service-bindings.ts";

describe("serviceBindingRoot", () => {
  it("is SERVICE_BINDING_ROOT, else /bindings", () => {
    expect(serviceBindingRoot({ env: { SERVICE_BINDING_ROOT: "/mnt/b" } })).toBe("/mnt/b");
    expect(serviceBindingRoot({ env: {} })).toBe("/bindings");
  });

  it.each(["", " "])("refuses %j, which would mean the working directory", (blank) => {
    expect(() => serviceBindingRoot({ env: { SERVICE_BINDING_ROOT: blank } })).toThrow(
      "SERVICE_BINDING_ROOT is blank",
    );
  });
});

describe("findServiceBindings", () => {
  it("lists bindings by name, with their type, provider and entries", async () => {
    const root = temporaryDirectory();
    writeFiles(root, {
      "b/type": "destination\n",
      "b/provider": "sap\n",
      "b/clientid": "one",
      "b/.metadata": "{}",
      "a/type": " mysql ",
      "a/nested/file": "not an entry",
      "Z/type": "destination",
    });
    expect(await findServiceBindings({ root })).toEqual([
      {
        name: "Z",
        type: "destination",
        provider: undefined,
        directory: join(root, "Z"),
        entries: ["type"],
      },
      {
        name: "a",
        type: "mysql",
        provider: undefined,
        directory: join(root, "a"),
        entries: ["type"],
      },
      {
        name: "b",
        type: "destination",
        provider: "sap",
        directory: join(root, "b"),
        entries: ["clientid", "provider", "type"],
      },
    ]);
  });

  it("keeps to one type, compared exactly", async () => {
    const root = temporaryDirectory();
    writeFiles(root, {
      "a/type": "destination",
      "b/type": "destination-v2",
      "c/type": "Destination",
    });
    const found = await findServiceBindings({ root, type: "destination" });
    expect(found.map(({ name }) => name)).toEqual(["a"]);
  });

  it("takes a directory for one file with everything in it only if it holds one file", async () => {
    const root = temporaryDirectory();
    const everything = JSON.stringify({ type: "destination", clientid: "one" });
    writeFiles(root, {
      "none/nested/file": "not an entry",
      "one/key": everything,
      "two/key": everything,
      "two/other": "text",
    });
    const found = await findServiceBindings({ root });
    expect(found.map(({ name, type }) => [name, type])).toEqual([["one", "destination"]]);
  });

  it("looks where the environment says", async () => {
    const root = temporaryDirectory();
    writeFiles(root, { "a/type": "destination" });
    const found = await findServiceBindings({ env: { SERVICE_BINDING_ROOT: root } });
    expect(found.map(({ name }) => name)).toEqual(["a"]);
  });

  it("follows links and skips what belongs to Kubernetes", async () => {
    const root = temporaryDirectory();
    const bound = temporaryDirectory();
    projectFiles(bound, { generation: "2026_a", files: { type: "destination", url: "u" } });
    symlinkSync(bound, join(root, "linked"));
    symlinkSync(join(root, "nowhere"), join(root, "dangling"));
    writeFiles(root, { "..2026_b/type": "destination", ".hidden/type": "destination" });
    const found = await findServiceBindings({ root });
    expect(found).toMatchObject([{ name: "linked", entries: ["type", "url"] }]);
  });

  it.each([
    ["without a type", { "a/url": "u" }],
    ["with a blank type", { "a/type": "\n" }],
    ["that is a file", { a: "destination" }],
  ])("takes nothing %s for a binding", async (_name, files: Record<string, string>) => {
    const root = temporaryDirectory();
    writeFiles(root, files);
    expect(await findServiceBindings({ root })).toEqual([]);
  });

  it.each(["type", "label"])(
    "takes one JSON file that names its %s for a binding",
    async (name) => {
      const root = temporaryDirectory();
      writeFiles(root, {
        "a/my-root-key": JSON.stringify({ [name]: "destination", clientid: "c" }),
        "b/my-root-key": JSON.stringify({ [name]: "mysql", clientid: "c" }),
      });
      expect(await findServiceBindings({ root, type: "destination" })).toEqual([
        {
          name: "a",
          type: "destination",
          provider: undefined,
          directory: join(root, "a"),
          entries: ["my-root-key"],
        },
      ]);
    },
  );

  it.each([
    ["two files", { "a/one": '{"type":"t"}', "a/two": "" }],
    ["no JSON", { "a/one": "type: t" }],
    ["no object", { "a/one": '["type"]' }],
    ["no type", { "a/one": '{"type":7,"label":" "}' }],
    ["too much", { "a/one": `{"type":"t","x":"${"x".repeat(1_048_576)}"}` }],
  ])("takes a directory without a type and with %s for no binding", async (_, files) => {
    const root = temporaryDirectory();
    writeFiles(root, files as Record<string, string>);
    expect(await findServiceBindings({ root })).toEqual([]);
  });

  it("finds nothing where no root is", async () => {
    expect(await findServiceBindings({ root: join(temporaryDirectory(), "absent") })).toEqual([]);
  });

  it("names a root that is no directory", async () => {
    const root = join(temporaryDirectory(), "file");
    writeFileSync(root, "");
    await expect(findServiceBindings({ root })).rejects.toMatchObject({
      code: "ERR_TOKEN_CONFIG",
      message: expect.stringContaining(`"${root}"`),
    });
  });

  it("names a type that cannot be read", async () => {
    const root = temporaryDirectory();
    writeFiles(root, { "a/type": "x".repeat(1_048_577) });
    await expect(findServiceBindings({ root })).rejects.toMatchObject({
      code: "ERR_TOKEN_CONFIG",
      message: expect.stringContaining(join(root, "a", "type")),
    });
  });

  it("refuses a blank root", async () => {
    await expect(findServiceBindings({ root: " " })).rejects.toThrow(TypeError);
  });
});
