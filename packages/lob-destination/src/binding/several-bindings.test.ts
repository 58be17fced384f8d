import { rmSync } from "node:fs";
import { join } from "node:path";
import { inspect } from "node:util";
import { systemClock, TokenError } from "@agent-oauth/core";
import { temporaryDirectory, writeFiles } from "@agent-oauth/test-support/temporary-directory";
import { beforeEach, describe, expect, it } from "vitest";
import { checkDestinationBinding } from "./destination-binding.ts";
import { findDestinationBinding } from "./find-destination-binding.ts";

const SENTINEL = "s3cr3t-sentinel";

let root: string;

beforeEach(() => {
  root = temporaryDirectory();
});

const binding = (clientid: string) => ({
  clientid,
  clientsecret: SENTINEL,
  url: "https://prov.authentication.example",
  uri: "https://destination.example",
});

const mount = (name: string, credentials: string) =>
  writeFiles(join(root, "bindings", name), { type: "destination", credentials });

const good = (clientid: string) => JSON.stringify(binding(clientid));

const vcap = (services: object) => ({ VCAP_SERVICES: JSON.stringify(services) });

function find(env: Readonly<Record<string, string>> = {}, name?: string) {
  return findDestinationBinding({
    name,
    bindingRoot: join(root, "bindings"),
    secretsRoot: join(root, "secrets"),
    env,
    check: (value, origin, settingOf) =>
      checkDestinationBinding(value, {
        origin,
        settingOf,
        allowInsecureHosts: [],
        clock: systemClock,
      }),
  });
}

async function messageOf(found: Promise<unknown>): Promise<string> {
  const error: unknown = await found.catch((thrown: unknown) => thrown);
  expect(inspect(error, { depth: null, showHidden: true })).not.toContain(SENTINEL);
  if (TokenError.isInstance(error)) return error.message.replaceAll(root, "");
  throw error;
}

describe("findDestinationBinding, where a place has several", () => {
  const entry = { name: "d", credentials: binding("a") };
  it.each([
    ["null", [null, entry]],
    ["an entry without credentials", [{ name: "broken" }, entry]],
    ["credentials that are a text", [{ name: "broken", credentials: "x" }, entry]],
    ["a binding without a secret", [entry, { credentials: { ...binding("b"), clientsecret: "" } }]],
  ])("takes the only one in VCAP_SERVICES that can be used, beside %s", async (_, entries) => {
    const { access, readAgain } = await find(vcap({ destination: entries }));
    expect(access.clientId).toBe("a");
    expect(await readAgain()).toBe(access);
  });

  it("takes a tagged one where the labelled one is none", async () => {
    const tagged = { ...entry, tags: ["destination"] };
    const env = vcap({ destination: [null], "user-provided": [tagged] });
    expect((await find(env)).access.clientId).toBe("a");
  });

  it.each(["{", "", "[]", "null", JSON.stringify({ clientid: "half" })])(
    "takes the only service binding that can be used, beside %j",
    async (broken) => {
      mount("a0", broken);
      mount("b0", good("b"));
      mount("c0", broken);
      expect((await find()).access.clientId).toBe("b");
    },
  );

  it("tells each that cannot be used where none can", async () => {
    mount("a0", SENTINEL);
    mount("b0", JSON.stringify({ ...binding("b"), uri: "" }));
    expect(await messageOf(find())).toMatch(
      /\(cannot use binding "a0" of .*clientid is missing.*; .*binding "b0" of .*: uri is blank\)/,
    );
  });

  it("tells those that cannot be used where several can", async () => {
    mount("a0", SENTINEL);
    mount("b0", good("b"));
    mount("c0", good("c"));
    expect(await messageOf(find())).toMatch(
      /: 2 in .*, "b0", "c0"; name one as "binding" \(also there: .*"a0".*is missing/,
    );
  });

  it("says what there is in place of a binding that is not there", async () => {
    mount("a0", good("a"));
    const env = vcap({ destination: [entry, { name: "e" }], xsuaa: [{ name: "nope" }] });
    expect(await messageOf(find(env, "nope"))).toBe(
      'Cannot find the binding "nope" of the Destination Service in VCAP_SERVICES (no service binding "nope" labelled or tagged destination, only "d", "e"), the service bindings of "/bindings" (no service binding "nope" of type destination, only "a0")',
    );
  });

  it("stays with the chosen one when another can be used too, and leaves it when it is gone", async () => {
    mount("b0", good("b"));
    const { access, readAgain } = await find();
    mount("a0", good("a"));
    expect(await readAgain()).toBe(access);
    mount("b0", "{");
    await expect(readAgain()).rejects.toThrow(/binding "b0"/);
    rmSync(join(root, "bindings/b0"), { recursive: true });
    expect((await readAgain()).clientId).toBe("a");
  });
});
