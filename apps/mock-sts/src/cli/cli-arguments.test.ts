import { describe, expect, it } from "vitest";
import { UsageError } from "../checks/usage-error.ts";
import { parseCommand } from "./cli-arguments.ts";
import { CHECK_USAGE, INIT_USAGE, USAGE } from "./cli-usage.ts";

describe("parseCommand", () => {
  it("serves with the defaults where nothing is said", () => {
    expect(parseCommand([])).toEqual({
      kind: "serve",
      config: {},
      configFile: undefined,
      clients: [],
      binding: undefined,
      log: undefined,
      color: true,
      openUi: false,
    });
    expect(parseCommand(["serve"])).toEqual(parseCommand([]));
  });

  it("reads every option", () => {
    const line =
      "--port 8443 --gateway-port=8444 --host 127.0.0.2 --http --token-lifetime 60 --public-client --client sdk:a:b --client two:c --write-binding b --flow lob --force --user a --user b --config c.yaml --preset ias --scenario flaky --seed 7 --record-secrets --log json --no-color --ui";
    expect(parseCommand(line.split(" "))).toEqual({
      kind: "serve",
      configFile: "c.yaml",
      log: "json",
      color: false,
      openUi: true,
      config: {
        preset: "ias",
        scenario: "flaky",
        seed: 7,
        recordSecrets: true,
        port: 8443,
        gatewayPort: 8444,
        host: "127.0.0.2",
        insecureHttp: true,
        tokenLifetimeMs: 60_000,
        sts: { publicClient: true },
      },
      binding: { folder: "b", force: true, flow: "lob", users: ["a", "b"] },
      clients: [
        { clientId: "sdk", authentication: "client_secret", clientSecret: "a:b" },
        { clientId: "two", authentication: "client_secret", clientSecret: "c" },
      ],
    });
  });

  it("leaves the flows of a binding open unless told otherwise", () => {
    const binding = { folder: "b", force: false, flow: undefined, users: [] };
    expect(parseCommand(["--write-binding", "b"])).toMatchObject({ binding });
  });

  it("prints an environment and does nothing else", () => {
    const command = { kind: "print-env", folder: "b", format: "sh" };
    expect(parseCommand(["--print-env", "b"])).toEqual(command);
    expect(parseCommand(["--print-env=b"])).toEqual(command);
    expect(parseCommand(["--print-env=./dotenv"])).toEqual({ ...command, folder: "./dotenv" });
  });

  it.each(["sh", "powershell", "dotenv"])("prints it for %s", (format) => {
    const command = { kind: "print-env", folder: "b", format };
    expect(parseCommand([`--print-env=${format}`, "b"])).toEqual(command);
  });

  it("reads the other commands, each with help of its own", () => {
    const init = { kind: "init", file: "mock-sts.yaml", force: false, preset: undefined };
    expect(parseCommand(["init"])).toEqual(init);
    expect(parseCommand("init a.yaml --force --preset ias".split(" "))).toEqual({
      kind: "init",
      file: "a.yaml",
      force: true,
      preset: "ias",
    });
    expect(parseCommand(["check"])).toEqual({ kind: "check", file: undefined });
    expect(parseCommand(["check", "a.json"])).toEqual({ kind: "check", file: "a.json" });
    for (const [command, text] of [
      ["init", INIT_USAGE],
      ["check", CHECK_USAGE],
    ] as const) {
      expect(parseCommand([command, "--help"])).toEqual({ kind: "help", text });
      expect(parseCommand(["help", command])).toEqual({ kind: "help", text });
    }
    expect(parseCommand(["help"])).toEqual({ kind: "help", text: USAGE });
  });

  it("takes -h for --help in every command", () => {
    expect(parseCommand(["-h"])).toEqual({ kind: "help", text: USAGE });
    expect(parseCommand(["serve", "-h"])).toEqual({ kind: "help", text: USAGE });
    expect(parseCommand(["init", "-h"])).toEqual({ kind: "help", text: INIT_USAGE });
    expect(parseCommand(["check", "-h"])).toEqual({ kind: "help", text: CHECK_USAGE });
    expect(() => parseCommand(["-x"])).toThrow("unknown option -x");
  });

  it.each(["sentinel", ":sentinel", " :sentinel", "sentinel: "])(
    "refuses the client %j without showing it",
    (text) => {
      const parse = () => parseCommand(["--client", text]);
      expect(parse).toThrow("--client must be ID:SECRET");
      expect(parse).not.toThrow("sentinel");
    },
  );

  it.each([
    ["--prot 1", 'unknown option --prot; did you mean "--port"?'],
    ["--recordSecrets", 'unknown option --recordSecrets; did you mean "--record-secrets"?'],
    ["--write-bindings b", 'did you mean "--write-binding"?'],
    ["--preset kagent", 'did you mean "kagent-sts"?'],
    ["--log jsno", 'did you mean "json"?'],
    ["inti", 'unknown command "inti"; did you mean "init"?'],
    ["init --froce", 'did you mean "--force"?'],
    ["check --xyz", "unknown option --xyz"],
  ])("refuses %j with the nearest right name", (line, message) => {
    expect(() => parseCommand(line.split(" "))).toThrow(message);
  });

  it("puts help before the version, and both before the rest", () => {
    expect(parseCommand(["--version", "--help"])).toEqual({ kind: "help", text: USAGE });
    expect(parseCommand(["--port", "1", "--version"])).toEqual({ kind: "version" });
  });

  it.each([
    ["--port x", "--port"],
    ["--port -1", "--port"],
    ["--port 65536", "--port"],
    ["--port 1e3", "--port"],
    ["--port", "--port"],
    ["--gateway-port 0x10", "--gateway-port"],
    ["--token-lifetime 0", "--token-lifetime"],
    ["--token-lifetime 43201", "--token-lifetime"],
    ["--token-lifetime 1.5", "--token-lifetime"],
    ["--port 8443 --gateway-port 8443", "--gateway-port"],
    ["--force", "--force"],
    ["--user alice", "--user"],
    ["--write-binding=", "--write-binding"],
    ["--write-binding b --user=", "--user"],
    ["--flow lob", "--flow"],
    ["--write-binding b --flow both", "--flow"],
    ["--print-env=", "--print-env"],
    ["--print-env b --port 1", "--print-env"],
    ["--print-env b c", '"c"'],
    ["--print-env=dotenv", "--print-env=dotenv DIR"],
    ["--print-env dotenv", "./dotenv"],
    ["--print-env=powershel b", 'did you mean "powershell"?'],
    ["--print-env=dotenv b c", '"c"'],
    ["--print-env=dotenv ", "DIR must not be blank"],
    ["--host=", "--host"],
    ["--config=", "--config"],
    ["--scenario=", "--scenario"],
    ["--seed x", "--seed"],
    ["--log loud", "--log"],
    ["--preset some", "--preset"],
    ["init a b", "b"],
    ["init a.json", "YAML"],
    ["check a b", "b"],
    ["--port 1 extra", "extra"],
    ["extra", "extra"],
    ["--help=yes", "--help"],
  ])("refuses %j, naming %s", (line, named) => {
    const parse = () => parseCommand(line.split(" "));
    expect(parse).toThrow(UsageError);
    expect(parse).toThrow(named);
  });

  it("takes equal ports if both are zero", () => {
    expect(parseCommand(["--port", "0", "--gateway-port", "0"])).toMatchObject({ kind: "serve" });
  });
});

describe("usage", () => {
  it("names every option", () => {
    for (const option of [
      "port",
      "gateway-port",
      "host",
      "http",
      "write-binding",
      "flow",
      "print-env",
      "user",
      "force",
      "public-client",
      "client",
      "token-lifetime",
      "config",
      "preset",
      "scenario",
      "seed",
      "record-secrets",
      "log",
      "no-color",
      "ui",
      "help",
      "version",
    ]) {
      expect(USAGE).toContain(`--${option} `);
    }
  });
});
