import { join } from "node:path";
import { inspect } from "node:util";
import { temporaryDirectory, writeFiles } from "@agent-oauth/test-support/temporary-directory";
import { describe, expect, it } from "vitest";
import { findServiceBindings } from "./find-service-bindings.ts";
import { bindingEntryPath, readServiceBinding, type ServiceBinding } from "./service-binding.ts";

const SENTINEL = "s3cr3t-sentinel";

async function bindingWith(files: Readonly<Record<string, string>>): Promise<ServiceBinding> {
  const root = temporaryDirectory();
  writeFiles(join(root, "mine"), { type: "destination", ...files });
  const [binding] = await findServiceBindings({ root });
  if (binding === undefined) throw new Error("There is no binding");
  return binding;
}

function metadata(...credentialProperties: object[]): string {
  return JSON.stringify({
    metaDataProperties: [{ name: "type", format: "text" }],
    credentialProperties,
  });
}

describe("readServiceBinding", () => {
  it("takes all entries but type and provider, without trailing newlines", async () => {
    const binding = await bindingWith({
      provider: "sap",
      clientid: "id\r\n",
      key: "-----BEGIN\nEND-----\n\n",
      tags: '["a"]',
    });
    expect(await readServiceBinding(binding)).toEqual({
      clientid: "id",
      key: "-----BEGIN\nEND-----",
      tags: '["a"]',
    });
  });

  it("takes what .metadata lists, each in its format", async () => {
    const binding = await bindingWith({
      ".metadata": metadata(
        { name: "clientid", format: "text" },
        { name: "uaa", format: "json" },
        { name: "__proto__", format: "text" },
      ),
      clientid: "id\n",
      uaa: '{"url":"https://a"}\n',
      ["__proto__"]: "own",
      plan: "lite",
    });
    const credentials = await readServiceBinding(binding);
    expect(Object.entries(credentials).sort()).toEqual([
      ["__proto__", "own"],
      ["clientid", "id"],
      ["uaa", { url: "https://a" }],
    ]);
  });

  it("spreads a container", async () => {
    const binding = await bindingWith({
      ".metadata": metadata({ name: "credentials", format: "json", container: true }),
      credentials: '{"clientid":"id","url":"https://a"}',
    });
    expect(await readServiceBinding(binding)).toEqual({ clientid: "id", url: "https://a" });
  });

  it("takes the members of a binding that is one JSON file", async () => {
    const root = temporaryDirectory();
    const members = { type: "destination", clientid: "id", tags: '["a"]' };
    writeFiles(root, { "mine/my-root-key": JSON.stringify(members) });
    const [binding] = await findServiceBindings({ root });
    expect(await readServiceBinding(binding as ServiceBinding)).toEqual(members);
    writeFiles(root, { "mine/my-root-key": `{"${SENTINEL}` });
    const error: unknown = await readServiceBinding(binding as ServiceBinding).catch((e) => e);
    expect(error).toMatchObject({ code: "ERR_TOKEN_CONFIG" });
    expect(String(error)).toContain('"my-root-key" is not JSON');
    expect(inspect(error, { depth: null })).not.toContain(SENTINEL);
  });

  const listed = (name: string, rest = {}) => ({
    ".metadata": metadata({ name, format: "json", ...rest }),
  });
  it.each([
    ["metadata that is not JSON", { ".metadata": SENTINEL }, '".metadata" is not JSON'],
    ["metadata without a list", { ".metadata": "{}" }, 'see "credentialProperties"'],
    ["a list with a wrong entry", listed(7 as never), 'see "credentialProperties.0.name"'],
    ["an entry outside", listed("../other/secret"), 'no entry "../other/secret"'],
    ["an entry that is absent", listed("absent"), 'no entry "absent"'],
    ["an entry with a long name", listed("x".repeat(9_999)), `no entry "${"x".repeat(80)}…"`],
    ["JSON that is none", { ...listed("uaa"), uaa: SENTINEL }, '"uaa" is not JSON'],
    [
      "a container that is a list",
      { ...listed("uaa", { container: true }), uaa: "[1]" },
      "not a JSON object",
    ],
  ])(
    "refuses %s, naming the binding and no content",
    async (_name, files: Record<string, string>, reason) => {
      const binding = await bindingWith(files);
      const error = await readServiceBinding(binding).catch((thrown: unknown) => thrown);
      expect(error).toMatchObject({ code: "ERR_TOKEN_CONFIG" });
      expect(String(error)).toContain(binding.directory);
      expect(String(error)).toContain(reason);
      expect(inspect(error, { depth: null, showHidden: true })).not.toContain(SENTINEL);
    },
  );
});

describe("bindingEntryPath", () => {
  it("tells where an entry is", async () => {
    const binding = await bindingWith({ credentials: "{}" });
    expect(bindingEntryPath(binding, "credentials")).toBe(join(binding.directory, "credentials"));
  });

  it("refuses an entry that the binding does not have", async () => {
    const binding = await bindingWith({});
    expect(() => bindingEntryPath(binding, "../credentials")).toThrow("has no entry");
  });
});
