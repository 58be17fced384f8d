import { rmSync } from "node:fs";
import { join } from "node:path";
import { inspect } from "node:util";
import { systemClock, TokenError } from "@agent-oauth/core";
import { temporaryDirectory, writeFiles } from "@agent-oauth/test-support/temporary-directory";
import { beforeEach, describe, expect, it } from "vitest";
import { checkDestinationBinding } from "./destination-binding.ts";
import { type FindBindingOptions, findDestinationBinding } from "./find-destination-binding.ts";

const SENTINEL = "s3cr3t-sentinel";
const members = {
  clientsecret: SENTINEL,
  url: "https://prov.authentication.example",
  uri: "https://destination.example",
  identityzone: "prov",
};

const container = JSON.stringify({
  credentialProperties: [{ name: "key", format: "json", container: true }],
});

let root: string;

beforeEach(() => {
  root = temporaryDirectory();
});

const write = (path: string, files: Readonly<Record<string, string>>) =>
  writeFiles(join(root, path), files);

const binding = (clientid: string) => ({ clientid, ...members });
const mounted = (clientid: string) => ({ ...binding(clientid), uri: `${members.uri}\n` });
const vcap = (...names: string[]) =>
  JSON.stringify({
    destination: names.map((name) => ({ name, label: "destination", credentials: binding(name) })),
  });

const check = (value: unknown, origin: string, settingOf?: (member: string) => string) =>
  checkDestinationBinding(value, {
    origin,
    settingOf,
    allowInsecureHosts: [],
    clock: systemClock,
  });

function find(options: FindBindingOptions & { readonly name?: string } = {}) {
  const { name, env = {}, ...rest } = options;
  return findDestinationBinding({
    name,
    bindingRoot: join(root, "bindings"),
    secretsRoot: join(root, "secrets"),
    env,
    check,
    ...rest,
  });
}

async function clientOf(options?: Parameters<typeof find>[0]): Promise<string> {
  return (await find(options)).access.clientId;
}

async function fault(options?: Parameters<typeof find>[0]): Promise<TokenError> {
  const error: unknown = await find(options).catch((thrown: unknown) => thrown);
  expect(inspect(error, { depth: null, showHidden: true })).not.toContain(SENTINEL);
  if (TokenError.isInstance(error)) return error;
  throw error;
}

function variables(prefix: string, clientid: string) {
  return Object.fromEntries(
    Object.entries(binding(clientid)).map(([name, value]) => [prefix + name.toUpperCase(), value]),
  );
}

describe("findDestinationBinding", () => {
  it("searches the places in their order", async () => {
    const env: Record<string, string> = variables(
      "CLOUD_SDK_CFG_DESTINATION_DEFAULT_",
      "variables",
    );
    expect(await clientOf({ env })).toBe("variables");
    write("secrets/destination/default", mounted("secrets"));
    expect(await clientOf({ env })).toBe("secrets");
    write("bindings/destination/default", mounted("instance"));
    expect(await clientOf({ env })).toBe("instance");
    write("bindings/destination", mounted("flat"));
    expect(await clientOf({ env })).toBe("flat");
    write("bindings/my-destination", { type: "destination", ...mounted("typed") });
    expect(await clientOf({ env })).toBe("typed");
    env.VCAP_SERVICES = vcap("cf");
    expect(await clientOf({ env })).toBe("cf");
    write(".", { vcap: vcap("cf-file") });
    env.VCAP_SERVICES_FILE_PATH = join(root, "vcap");
    expect(await clientOf({ env })).toBe("cf-file");
  });

  it("reads service bindings by their metadata, a whole document too", async () => {
    write("bindings/kyma", {
      type: "destination\n",
      credentials: JSON.stringify(binding("container")),
      ".metadata": JSON.stringify({
        metaDataProperties: [{ name: "type", format: "text" }],
        credentialProperties: [{ name: "credentials", format: "json", container: true }],
      }),
    });
    expect(await clientOf()).toBe("container");
  });

  it("looks at SERVICE_BINDING_ROOT, and still elsewhere", async () => {
    const env = { SERVICE_BINDING_ROOT: join(root, "elsewhere") };
    const secretsRoot = join(root, "secrets");
    const there = async () =>
      (await findDestinationBinding({ name: undefined, check, secretsRoot, env })).access.clientId;
    write("secrets/destination/default", mounted("secrets"));
    expect(await there()).toBe("secrets");
    write("elsewhere/destination", mounted("flat"));
    expect(await there()).toBe("flat");
  });

  it("takes the instance that is named", async () => {
    write("secrets/destination/default", mounted("default"));
    write("secrets/destination/my-inst", mounted("mine"));
    expect(await clientOf({ instance: "my-inst" })).toBe("mine");
    const env = variables("CLOUD_SDK_CFG_DESTINATION_OTHER_INST_", "other");
    expect(await clientOf({ instance: "other-inst", env })).toBe("other");
  });

  it("takes the binding that is named, of several", async () => {
    const env = { VCAP_SERVICES: vcap("one", "two") };
    write("bindings/three", { type: "destination", ...mounted("three") });
    expect(await clientOf({ env, name: "two" })).toBe("two");
    expect(await clientOf({ env, name: "three" })).toBe("three");
    const missing = await fault({ env, name: "four" });
    expect(missing.code).toBe("ERR_TOKEN_CONFIG");
    expect(missing.message).toMatch(/^Cannot find the binding "four" .* in VCAP_SERVICES \(/);
  });

  const entry = (clientid: string, rest: object) => ({ credentials: binding(clientid), ...rest });
  const userProvided = (...entries: object[]) => ({ "user-provided": entries });
  const tags = ["destination"];
  it.each([
    ["the only one, without a name", { destination: [entry("a", { tags })] }, undefined],
    ["it beside an odd one", { xsuaa: [1, {}], destination: [entry("a", {})] }, undefined],
    ["a user-provided one by its tag", userProvided(entry("a", { name: "x", tags })), undefined],
    ["a user-provided one by its name", userProvided(entry("a", { name: "x" })), "x"],
    ["the one of another label by tag", { mine: [entry("a", { name: "x", tags })] }, "x"],
    [
      "the labelled one before a tagged one",
      { ...userProvided(entry("b", { name: "y", tags })), destination: [entry("a", {})] },
      undefined,
    ],
    [
      "the labelled one of two with one name",
      {
        ...userProvided(entry("b", { name: "x" })),
        destination: [entry("a", { name: "x" }), entry("c", { name: "y" })],
      },
      "x",
    ],
    ["that of a default-env.json", { VCAP_SERVICES: { destination: [entry("a", {})] } }, undefined],
  ])("takes %s in VCAP_SERVICES", async (_, services, name) => {
    const env = { VCAP_SERVICES: JSON.stringify(services) };
    expect(await clientOf({ env, ...(name !== undefined && { name }) })).toBe("a");
  });

  it("takes no user-provided service that neither name nor tag speaks for", async () => {
    const env = { VCAP_SERVICES: JSON.stringify(userProvided(entry("a", { name: "x" }))) };
    expect(await fault({ env })).toMatchObject({ code: "ERR_TOKEN_SOURCE_UNAVAILABLE" });
    expect(await fault({ env, name: "y" })).toMatchObject({ code: "ERR_TOKEN_CONFIG" });
  });

  it("says why an entry cannot be used", async () => {
    const env = { VCAP_SERVICES: JSON.stringify({ destination: [{ credentials: SENTINEL }] }) };
    expect((await fault({ env })).message).toContain(
      'VCAP_SERVICES (the "credentials" of "destination" must be an object, not a string)',
    );
  });

  const json = JSON.stringify;
  it.each([
    ["secretKey", { type: "destination", label: "destination", key: json(binding("a")) }],
    [
      "secretKey with .metadata",
      { type: "destination", ".metadata": container, key: json(binding("a")) },
    ],
    ["secretRootKey", { root: json({ type: "destination", tags: "[]", ...binding("a") }) }],
    ["both", { root: json({ type: "destination", key: json(binding("a")) }) }],
    ["both, nested", { root: json({ label: "destination", key: binding("a"), plan: "lite" }) }],
  ])("reads a binding as SAP's operator writes it: %s", async (_, files) => {
    write("bindings/mine", files as Record<string, string>);
    expect(await clientOf()).toBe("a");
    rmSync(join(root, "bindings"), { recursive: true });
    write("secrets/destination/default", files as Record<string, string>);
    expect(await clientOf()).toBe("a");
  });

  it("passes over a service binding that has no credentials at all", async () => {
    write("bindings/mine", { type: "destination", provider: "sap" });
    expect(await fault()).toMatchObject({ code: "ERR_TOKEN_SOURCE_UNAVAILABLE" });
  });

  it("does not choose among several", async () => {
    const error = await fault({ env: { VCAP_SERVICES: vcap("one", "two") } });
    expect(error).toMatchObject({
      code: "ERR_TOKEN_CONFIG",
      message: expect.stringContaining('2 in VCAP_SERVICES, "one", "two"; name one as "binding"'),
    });
  });

  it("says how to choose among several that have one name", async () => {
    const services = { destination: [entry("a", {}), entry("b", {})] };
    const error = await fault({ env: { VCAP_SERVICES: JSON.stringify(services) } });
    expect(error.message).toContain('give the credentials of one as "binding"');
  });

  it("passes over a place where something is missing", async () => {
    write("bindings/destination", { clientid: "half" });
    write("secrets/destination/default", mounted("whole"));
    expect(await clientOf()).toBe("whole");
  });

  it("names every place where nothing is", async () => {
    const error = await fault();
    expect(error.code).toBe("ERR_TOKEN_SOURCE_UNAVAILABLE");
    expect(error.message.replaceAll(root, "")).toBe(
      'Cannot find a binding of the Destination Service in VCAP_SERVICES (not set), the service bindings of "/bindings" (none of type destination), "/bindings/destination" (no files there), "/bindings/destination/default" (no files there), "/secrets/destination/default" (no files there), CLOUD_SDK_CFG_DESTINATION_DEFAULT_* (none is set)',
    );
  });

  it("names every place, and what was missing in each", async () => {
    write("bindings/x", { type: "destination", clientid: "c" });
    write("bindings/destination", { ...mounted("c"), uri: "\n" });
    write("secrets/destination", { default: "a file" });
    const env = {
      VCAP_SERVICES: '{"xsuaa":[]}',
      CLOUD_SDK_CFG_DESTINATION_DEFAULT_CLIENTSECRET: SENTINEL,
    };
    const { code, message } = await fault({ env });
    expect(code).toBe("ERR_TOKEN_CONFIG");
    for (const said of [
      "VCAP_SERVICES (no service labelled or tagged destination)",
      'binding "x" of the service bindings of',
      "url is missing; uri is missing; clientsecret is missing, and so are certificate and key",
      '/bindings/destination" (uri is blank)',
      "it is not a directory, or one of its parents is not",
      "CLOUD_SDK_CFG_DESTINATION_DEFAULT_* (CLOUD_SDK_CFG_DESTINATION_DEFAULT_CLIENTID is missing; CLOUD_SDK_CFG_DESTINATION_DEFAULT_URL is missing; CLOUD_SDK_CFG_DESTINATION_DEFAULT_URI is missing)",
    ]) {
      expect(message).toContain(said);
    }
  });

  it("reads a binding again, and makes no new one of the same", async () => {
    write("secrets/destination/default", mounted("before"));
    const { access, readAgain } = await find();
    expect(await readAgain()).toBe(access);
    write("secrets/destination/default", { clientid: "after" });
    const changed = await readAgain();
    expect(changed.clientId).toBe("after");
    expect(await readAgain()).toBe(changed);
    rmSync(join(root, "secrets"), { recursive: true });
    await expect(readAgain()).rejects.toMatchObject({ code: "ERR_TOKEN_CONFIG" });
  });
});
