import { join } from "node:path";
import { inspect } from "node:util";
import { temporaryDirectory, writeFiles } from "@agent-oauth/test-support/temporary-directory";
import { describe, expect, it } from "vitest";
import { readVcapServices } from "./vcap-services.ts";

const SENTINEL = "s3cr3t-sentinel";
const credentials = { clientid: "c", nested: { a: 1 } };

describe("readVcapServices", () => {
  it("lists every service with its label, by default the key it is listed under", async () => {
    const VCAP_SERVICES = JSON.stringify({
      destination: [
        { name: "dest", label: "destination", plan: "lite", tags: [], credentials },
        { name: "other", credentials },
      ],
      "user-provided": [{ name: "mine", label: "user-provided", credentials: null }],
    });
    expect(await readVcapServices({ env: { VCAP_SERVICES } })).toEqual([
      { name: "dest", label: "destination", tags: [], credentials },
      { name: "other", label: "destination", tags: [], credentials },
      { name: "mine", label: "user-provided", tags: [], credentials: {} },
    ]);
  });

  it.each([
    [{ name: "n", binding_name: "b", instance_name: "i", label: "l" }, "n"],
    [{ name: null, binding_name: "b", instance_name: "i", label: "l" }, "b"],
    [{ name: " ", binding_name: null, instance_name: "i", label: "l" }, "i"],
    [{ label: "l" }, "l"],
    [{ tags: ["t", 1, ""] }, "key"],
  ])("names an entry by the best name it has: %j", async (entry, name) => {
    const VCAP_SERVICES = JSON.stringify({ key: [{ ...entry, credentials }] });
    const [service] = (await readVcapServices({ env: { VCAP_SERVICES } })) ?? [];
    expect(service).toEqual({
      name,
      label: "label" in entry ? "l" : "key",
      tags: "tags" in entry ? ["t"] : [],
      credentials,
    });
  });

  it("lists an entry that is not as expected with its failure, and the others as they are", async () => {
    const VCAP_SERVICES = JSON.stringify({
      odd: ["text", { credentials: SENTINEL }, null],
      single: { credentials },
      destination: [{ name: "dest", credentials }],
    });
    const services = (await readVcapServices({ env: { VCAP_SERVICES } })) ?? [];
    expect(services.map(({ name, failure }) => [name, failure?.message])).toEqual([
      ["odd", 'Cannot use VCAP_SERVICES: an entry of "odd" must be an object, not a string'],
      [
        "odd",
        'Cannot use VCAP_SERVICES: the "credentials" of "odd" must be an object, not a string',
      ],
      ["odd", 'Cannot use VCAP_SERVICES: an entry of "odd" must be an object, not null'],
      ["single", undefined],
      ["dest", undefined],
    ]);
    expect(services.map((service) => service.credentials)).toEqual([
      {},
      {},
      {},
      credentials,
      credentials,
    ]);
    expect(inspect(services, { depth: null })).not.toContain(SENTINEL);
  });

  const services = { destination: [{ name: "dest", credentials }] };
  it.each([
    ["as an object", { VCAP_SERVICES: services, destinations: [] }],
    ["as JSON once more", { VCAP_SERVICES: JSON.stringify(services) }],
    ["without the wrapper, as JSON twice", JSON.stringify(services)],
  ])("reads a whole default-env.json, %s", async (_, content) => {
    const text = JSON.stringify(content);
    const VCAP_SERVICES_FILE_PATH = join(temporaryDirectory(), "default-env.json");
    writeFiles(join(VCAP_SERVICES_FILE_PATH, ".."), { "default-env.json": text });
    for (const env of [{ VCAP_SERVICES: text }, { VCAP_SERVICES_FILE_PATH }]) {
      expect(await readVcapServices({ env })).toMatchObject([{ name: "dest", credentials }]);
    }
  });

  it("prefers the file that VCAP_SERVICES_FILE_PATH names, and reads it at each call", async () => {
    const directory = temporaryDirectory();
    const env = { VCAP_SERVICES_FILE_PATH: join(directory, "vcap"), VCAP_SERVICES: "{}" };
    for (const name of ["first", "second"]) {
      writeFiles(directory, { vcap: JSON.stringify({ destination: [{ name, credentials }] }) });
      expect(await readVcapServices({ env })).toMatchObject([{ name, label: "destination" }]);
    }
  });

  it("finds nothing where neither is set", async () => {
    expect(await readVcapServices({ env: {} })).toBeUndefined();
  });

  it.each([
    [{ VCAP_SERVICES: " " }, "Cannot read the environment: VCAP_SERVICES is blank"],
    [{ VCAP_SERVICES: `{"${SENTINEL}` }, "Cannot use VCAP_SERVICES: it is not JSON"],
    [
      { VCAP_SERVICES: `["${SENTINEL}"]` },
      "Cannot use VCAP_SERVICES: it must be an object with a list of services for each label, not a list",
    ],
    [
      { VCAP_SERVICES: '{"VCAP_SERVICES":1}' },
      'Cannot use VCAP_SERVICES: its member "VCAP_SERVICES" must be an object with a list of services for each label, not a number',
    ],
    [{ VCAP_SERVICES: '{"VCAP_SERVICES":"{"}' }, "Cannot use VCAP_SERVICES: it is not JSON"],
    [
      { VCAP_SERVICES_FILE_PATH: "/no/such/file", VCAP_SERVICES: "{}" },
      'Cannot use VCAP_SERVICES_FILE_PATH: cannot read "/no/such/file": no such file or directory',
    ],
  ])("says what is wrong, case %#", async (env, message) => {
    const error: unknown = await readVcapServices({ env }).catch((thrown) => thrown);
    expect(error).toMatchObject({ code: "ERR_TOKEN_CONFIG", message });
    expect(inspect(error, { depth: null, showHidden: true })).not.toContain(SENTINEL);
  });
});
