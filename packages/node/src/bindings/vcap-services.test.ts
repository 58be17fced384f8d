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
      { name: "dest", label: "destination", credentials },
      { name: "other", label: "destination", credentials },
      { name: "mine", label: "user-provided", credentials: {} },
    ]);
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
      { VCAP_SERVICES: `{"destination":[{"credentials":{"clientsecret":"${SENTINEL}"}}]}` },
      'Cannot use VCAP_SERVICES: it does not list services as expected, see "destination.0.name"',
    ],
    [
      { VCAP_SERVICES: JSON.stringify({ ["k".repeat(50_000)]: 1 }) },
      `Cannot use VCAP_SERVICES: it does not list services as expected, see "${"k".repeat(80)}…"`,
    ],
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
