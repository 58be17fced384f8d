import { mkdtemp, rename, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Agent, fetch } from "undici";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { runTool, type ToolOptions } from "../../test-support/tool.ts";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "mock-sts-"));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const run = (args: string[], options: Partial<ToolOptions> = {}) =>
  runTool(args, { folder, ...options });
const write = (name: string, text: string) => writeFile(join(folder, name), text);
const lines = (out: string): Record<string, unknown>[] =>
  out
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line));

/** Asks for the metadata of the mock that was printed last. */
async function ask(out: string) {
  const [url] = /https:\/\/localhost:\d+/.exec(out) ?? [];
  const dispatcher = new Agent({ connect: { rejectUnauthorized: false } });
  const response = await fetch(`${url}/.well-known/openid-configuration`, { dispatcher });
  await response.text();
  await dispatcher.close();
  return response.status;
}

describe("serve", () => {
  it("prints one JSON object per line without a terminal", async () => {
    const { out, code, errors } = await run([], {
      whileReady: async (printed) => void (await ask(printed.out)),
    });
    expect([code, errors]).toEqual([
      0,
      expect.stringMatching(/^mock-sts: the admin token is .*\n$/),
    ]);
    const [ready, request, stopping] = lines(out);
    expect(ready).toMatchObject({
      event: "ready",
      message: "mock-sts is ready",
      config: "defaults",
      url: expect.stringMatching(/^https:/),
    });
    expect(request).toMatchObject({
      event: "request",
      method: "GET",
      route: "authorization-server-metadata",
      status: 200,
      time: expect.stringMatching(/Z$/),
    });
    expect(stopping).toMatchObject({ event: "stopping" });
  });

  it("tells programs which servers, audiences and tenants there are", async () => {
    const { out } = await run(["--client", "sdk:sentinel"]);
    const [ready] = lines(out);
    const origin = /^https:\/\/localhost:\d+/;
    expect(ready?.servers).toHaveLength(9);
    expect(ready?.servers).toContainEqual({
      name: "orders",
      tenant: "tenant-a",
      url: expect.stringMatching(/\/tenant-a\/v1\/mcp\//),
      issuer: expect.stringMatching(/\/ias\/tenant-a$/),
    });
    expect(ready?.servers).toContainEqual({
      name: "payroll",
      audience: "payroll",
      url: expect.stringMatching(origin),
      issuer: expect.stringMatching(/\/sts$/),
    });
    expect(ready).toMatchObject({
      audiences: ["tickets", "payroll"],
      clientIds: ["sdk"],
      notes: [],
      tenants: [
        { subdomain: "provider-zone", isProvider: true, tenantId: "mock-tenant" },
        { subdomain: "tenant-a", isProvider: false, tokenEndpoint: expect.stringMatching(origin) },
        { subdomain: "tenant-b" },
      ],
    });
    expect(out).not.toContain("sentinel");
  });

  it("notes a port that is taken, for people and for programs", async () => {
    const { out } = await run([], {
      async whileReady(printed) {
        const port = Number(/localhost:(\d+)/.exec(printed.out)?.[1]);
        const ports = { port, gatewayPort: 0 };
        const note = `port ${port} is taken, so the token server is at port`;
        expect((await run([], { ports, isTerminal: true })).out).toContain(`note: ${note}`);
        expect(lines((await run([], { ports })).out)[0]?.notes).toEqual([
          expect.stringContaining(note),
        ]);
      },
    });
    expect(out).toContain("mock-sts is ready");
  });

  it("keeps the clients of the file beside those of the command line", async () => {
    await write("mock-sts.yaml", "clients: [{ clientId: filed, authentication: none }]\n");
    const twice = await run(["--client", "filed:secret"]);
    expect([twice.code, twice.errors]).toEqual([
      1,
      'mock-sts: Cannot register client "filed": it is registered twice\n',
    ]);
    expect((await run(["--client", "other:secret"])).code).toBe(0);
  });

  it("logs no request if told so, and as people read it if told so", async () => {
    const whileReady: ToolOptions["whileReady"] = async ({ out }) => void (await ask(out));
    const off = await run(["--log", "off"], { whileReady });
    expect(off.out).toContain("mock-sts is ready");
    expect(off.out).not.toContain("openid-configuration");
    expect((await run(["--log", "pretty"], { whileReady })).out).toContain(
      "GET /.well-known/openid-configuration",
    );
  });

  it("prints colors where there are some, unless told not to", async () => {
    const colored = await run([], { isTerminal: true, hasColors: true });
    expect(colored.out).toContain("\u001b[");
    const plain = await run(["--no-color"], { isTerminal: true, hasColors: true });
    expect(plain.out).not.toContain("\u001b");
  });

  it("shows the admin token at every start, and never in the JSON lines", async () => {
    expect((await run([], { isTerminal: true })).out).toMatch(/admin token +[\w-]{20,}\n/);
    for (const args of [[], ["--record-secrets"], ["--host", "0.0.0.0"]]) {
      const { out, errors } = await run(args);
      const token = /the admin token is (\S+)\n/.exec(errors)?.[1] ?? "";
      expect(token).not.toBe("");
      expect(out).not.toContain(token);
    }
  });

  it("opens the dashboard if asked, and says so if it cannot", async () => {
    const opened: string[] = [];
    const openUrl = async (url: string) => void opened.push(url);
    const { out } = await run(["--ui"], { isTerminal: true, openUrl });
    expect(opened).toEqual([expect.stringMatching(/^https:\/\/localhost:\d+\/$/)]);
    expect(out).toContain(`dashboard      ${opened[0]}`);
    const lonely = await run(["--ui"], { isTerminal: true });
    expect([lonely.code, lonely.out]).toEqual([
      0,
      expect.stringContaining("Cannot open a browser"),
    ]);
  });

  it("finds the configuration of its folder, and the command line wins over it", async () => {
    await write("mock-sts.yaml", "preset: kagent-sts\nclientId: from-file\nlandscape: eu11\n");
    const { out } = await run(["--preset", "ias"], { isTerminal: true });
    expect(out).toContain("mock-sts.yaml, followed; preset ias");
    expect(out).not.toContain("tickets");
    const kagent = await run([], { isTerminal: true });
    expect(kagent.out).toContain("tickets");
    expect(kagent.out).not.toContain("cost-centers");
  });

  it("takes the file it is told of, in JSON too", async () => {
    await write("other.json", '{ "preset": "ias" }');
    const { out } = await run(["--config", "other.json"], { isTerminal: true });
    expect(out).toContain("other.json, followed; preset ias");
  });

  it.each([
    ["prot: 1\n", [], 1, 'mock-sts.yaml:1:1 prot: unknown key; did you mean "port"?'],
    ["", ["--config", "none.yaml"], 1, "none.yaml:\n  the file does not exist"],
    ["", ["--scenario", "flakey"], 2, 'did you mean "flaky"?'],
    ["port: 1\n", ["--gateway-port", "99999"], 2, "--gateway-port"],
  ])("does not start with %j and %j", async (text, args, code, message) => {
    await write("mock-sts.yaml", text);
    const result = await run(args);
    expect(result).toMatchObject({ code, out: "" });
    expect(result.errors).toContain(message);
  });

  it("follows the file: takes over what it can, names what it cannot, keeps what is wrong out", async () => {
    await write("mock-sts.yaml", "tokenLifetimeMs: 60000\n");
    const { out, code } = await run([], {
      async whileReady({ until, out: ready }) {
        await write("mock-sts.yaml", "tokenLifetimeMs: 5000\nclientId: other\n");
        await until("configuration-changed");
        await write("mock-sts.yaml", "tokenLifetimeMs: soon\n");
        await until("configuration-refused");
        // A fault that applies at once hits the next request.
        await write("next", "faults: [{ effect: { kind: status, status: 503 } }]\n");
        await rename(join(folder, "next"), join(folder, "mock-sts.yaml"));
        await until('"applied":["faults"');
        expect(await ask(ready)).toBe(503);
      },
    });
    expect(code).toBe(0);
    const [, changed, refused] = lines(out);
    expect(changed).toMatchObject({ applied: ["tokenLifetimeMs"], restart: ["clientId"] });
    expect(refused?.message).toBe(
      "Cannot use mock-sts.yaml:\n  mock-sts.yaml:1:18 tokenLifetimeMs: must be a number\nThe mock stays as it was.",
    );
  });

  it("shows no secret of a configuration", async () => {
    const client =
      "clients: [{ clientId: a, authentication: client_secret_post, clientSecret: sentinel }]";
    await write("mock-sts.yaml", `${client}\n`);
    const { out, errors } = await run([], {
      async whileReady({ until }) {
        await write("mock-sts.yaml", `${client.replace("_post", "_psot")}\n`);
        await until("configuration-refused");
        await write("mock-sts.yaml", `${client.replace(" }", "")}\n`);
        await until("cannot be read as YAML");
      },
    });
    expect(out + errors).not.toContain("sentinel");
  });
});

describe("init and check", () => {
  it("write a valid file, and never over another one", async () => {
    expect(await run(["init", "--preset", "ias"])).toMatchObject({
      code: 0,
      out: "Wrote mock-sts.yaml. Start the mock with: mock-sts\n",
    });
    expect(await run(["check"])).toMatchObject({ code: 0, out: "mock-sts.yaml is valid\n" });
    expect(await run(["init"])).toMatchObject({
      code: 1,
      errors: "mock-sts: Cannot write mock-sts.yaml: it exists already; --force replaces it\n",
    });
    expect((await run(["init", "--force"])).code).toBe(0);
    expect((await run(["init", "a.yaml"])).out).toContain("mock-sts --config a.yaml");
    expect((await run(["init", "none/a.yaml"])).errors).toContain("the folder does not exist");
  });

  it("say all that is wrong with a file", async () => {
    await write("a.yaml", "port: x\nhots: y\n");
    const { code, errors } = await run(["check", "a.yaml"]);
    expect([code, errors.match(/a\.yaml:\d+:\d+/g)]).toEqual([1, ["a.yaml:1:7", "a.yaml:2:1"]]);
    expect((await run(["check"])).errors).toContain("found no mock-sts.yaml");
  });
});
