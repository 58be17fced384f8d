import { describe, expect, it } from "vitest";
import { parseCommand, UsageError, usage } from "./cli-arguments.ts";

describe("parseCommand", () => {
  it("serves with the defaults where nothing is said", () => {
    expect(parseCommand([])).toEqual({ kind: "serve", options: {}, binding: undefined });
  });

  it("reads every option", () => {
    const line =
      "--port 8443 --gateway-port=8444 --host 127.0.0.2 --http --token-lifetime 60 --public-client --record-secrets --write-binding b --flow lob --force --user a --user b";
    expect(parseCommand(line.split(" "))).toEqual({
      kind: "serve",
      options: {
        ...{ port: 8443, gatewayPort: 8444, host: "127.0.0.2" },
        ...{ insecureHttp: true, tokenLifetimeMs: 60_000, recordSecrets: true },
        sts: { publicClient: true },
      },
      binding: { folder: "b", force: true, flows: ["lob"], users: ["a", "b"] },
    });
  });

  it("writes the bindings of all flows unless told otherwise", () => {
    const binding = { folder: "b", force: false, flows: ["customer", "lob", "sts"], users: [] };
    expect(parseCommand(["--write-binding", "b"])).toMatchObject({ binding });
  });

  it("prints an environment and does nothing else", () => {
    expect(parseCommand(["--print-env", "b"])).toEqual({ kind: "print-env", folder: "b" });
  });

  it("puts help before the version, and both before the rest", () => {
    expect(parseCommand(["--version", "--help"])).toEqual({ kind: "help" });
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
    ["--host=", "--host"],
    ["--prot 1", "--prot"],
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
      "token-lifetime",
      "help",
      "version",
    ]) {
      expect(usage).toContain(`--${option} `);
    }
  });
});
