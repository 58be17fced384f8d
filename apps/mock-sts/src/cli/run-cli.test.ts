import { execFileSync } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseEnv } from "node:util";
import { decodeJwt } from "jose";
import { Agent, fetch } from "undici";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { CLIENT_CREDENTIALS_FORM } from "../../test-support/agent.ts";
import { runTool } from "../../test-support/tool.ts";
import { startMockSts } from "../mock-sts.ts";
import { USAGE } from "./cli-usage.ts";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "mock-sts-"));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

/** Runs the tool at a terminal; `whileReady` acts once it has printed that it is ready, then the tool is stopped. */
function run(args: string[], whileReady?: () => Promise<void>) {
  return runTool(args, { folder, isTerminal: true, whileReady });
}

describe("runCli", () => {
  it("prints help and version", async () => {
    expect(await run(["--help"])).toEqual({ code: 0, out: USAGE, errors: "" });
    const manifest = await readFile(new URL("../../package.json", import.meta.url), "utf8");
    const { version } = JSON.parse(manifest) as { version: string };
    expect(await run(["--version"])).toEqual({ code: 0, out: `${version}\n`, errors: "" });
  });

  it("ends with 2 for a wrong command line, and says how to get help", async () => {
    const { code, out, errors } = await run(["--port", "no"]);
    expect([code, out]).toEqual([2, ""]);
    expect(errors).toMatch(/^mock-sts: --port must be .*"no"\nTry mock-sts --help\n$/);
  });

  it("ends with 1 for a port in use, naming it", async () => {
    await using mock = await startMockSts();
    const { port } = new URL(mock.url);
    const { code, errors } = await run(["--port", port]);
    expect(code).toBe(1);
    expect(errors).toBe(`mock-sts: Cannot listen on 127.0.0.1 port ${port}: it is in use\n`);
  });

  it("ends with 1 for an address that is not this machine's", async () => {
    const { code, errors } = await run(["--host", "192.0.2.1"]);
    expect(code).toBe(1);
    expect(errors).toMatch(/the host is not an address/);
  });

  it("ends with 1 for a file that exists, naming it and the way out", async () => {
    const file = join(folder, "ca.pem");
    await writeFile(file, "mine");
    const { code, out, errors } = await run(["--write-binding", folder]);
    expect([code, out]).toEqual([1, ""]);
    expect(errors).toBe(`mock-sts: Cannot write ${file}: it exists already; --force replaces it\n`);
    expect(await readFile(file, "utf8")).toBe("mine");
    expect((await run(["--write-binding", folder, "--force"])).code).toBe(0);
    expect(await readFile(file, "utf8")).toMatch(/^-----BEGIN CERTIFICATE-----/);
  });

  it("writes a binding an agent can use, and logs each request on a line without secrets", async () => {
    const secrets: string[] = [];
    const args = ["--write-binding", folder, "--user", "alice", "--token-lifetime", "60"];
    const { code, out, errors } = await run(args, async () => {
      const read = (path: string) => readFile(join(folder, path), "utf8");
      expect(await read("agent-gateway/type")).toBe("integration-credentials");
      const credentials = JSON.parse(await read("agent-gateway/credentials"));
      const connect = { cert: credentials.certificate, key: credentials.privateKey };
      const dispatcher = new Agent({ connect: { ...connect, ca: await read("ca.pem") } });
      const form = { ...CLIENT_CREDENTIALS_FORM, client_id: credentials.clientid };
      const body = new URLSearchParams(form);
      const init = { method: "POST", body, dispatcher };
      const response = await fetch(credentials.tokenServiceUrl, init);
      const token = (await response.json()) as { access_token: string; expires_in: number };
      expect(token.expires_in).toBe(60);
      await dispatcher.close();
      const user = await read("alice.jwt");
      expect(decodeJwt(user).sub).toBe("alice");
      secrets.push(token.access_token, user, credentials.privateKey.split("\n")[1]);
    });
    expect([code, errors]).toEqual([0, ""]);
    expect(out).toContain(`SERVICE_BINDING_ROOT=${folder}\n`);
    expect(out).toContain(`NODE_EXTRA_CA_CERTS=${join(folder, "ca.pem")}\n`);
    expect(out).toMatch(
      /^\d\d:\d\d:\d\d 200 +\d+ ms \/oauth2\/token client_credentials for agent-gateway by mock-agent in provider-zone issued /m,
    );
    expect(secrets).toHaveLength(3);
    for (const secret of secrets) expect(out).not.toContain(secret);
  });

  it("writes a binding of the Destination Service and an environment that a shell reads", async () => {
    const quoting = join(folder, "it's here");
    const args = ["--write-binding", quoting, "--flow", "lob", "--user", "bob@tenant-a"];
    const names = [
      "SERVICE_BINDING_ROOT",
      "NODE_EXTRA_CA_CERTS",
      "APPFND_CONHOS_LANDSCAPE",
      "AGENT_OAUTH_TENANT_TOKEN_URL",
    ];
    let values: string[] = [];
    const { out } = await run(args, async () => {
      const script = `eval "$(cat)"; printf '%s\\n' ${names.map((name) => `"$${name}"`).join(" ")}`;
      const { out: exports } = await run(["--print-env", quoting]);
      values = execFileSync("sh", ["-c", script], { input: exports, encoding: "utf8" }).split("\n");
      const read = (path: string) => readFile(join(quoting, path), "utf8");
      const [clientid, clientsecret, url] = await Promise.all(
        ["clientid", "clientsecret", "url"].map((key) => read(`destination/${key}`)),
      );
      expect(await read("destination/type")).toBe("destination");
      const grant = { grant_type: "client_credentials" };
      const body = new URLSearchParams({
        ...grant,
        client_id: `${clientid}`,
        client_secret: `${clientsecret}`,
      });
      const dispatcher = new Agent({ connect: { ca: await read("ca.pem") } });
      const response = await fetch(`${url}/oauth/token`, { method: "POST", body, dispatcher });
      expect(response.status).toBe(200);
      await dispatcher.close();
      expect(decodeJwt(await read("bob@tenant-a.jwt"))).toMatchObject({
        sub: "bob",
        app_tid: "tenant-a-id",
      });
      await expect(read("agent-gateway/type")).rejects.toThrow("ENOENT");
    });
    const origin = /https:\/\/localhost:\d+/.exec(out)?.[0];
    const word = `'${quoting.replace("'", "'\\''")}'`;
    expect(out).toContain(`Point an agent at it: eval "$(mock-sts --print-env ${word})"\n`);
    const expected = [quoting, join(quoting, "ca.pem"), "eu10", `${origin}/{tenant}/oauth/token`];
    expect(values).toEqual([...expected, ""]);
    for (const [index, name] of names.entries()) {
      expect(out).toContain(`${name}=${expected[index]}\n`);
    }
  });

  it("tells how to reach the token exchange service, and lets clients in that prove nothing", async () => {
    const args = ["--write-binding", folder, "--flow", "sts", "--user", "alice", "--public-client"];
    const { out } = await run(args, async () => {
      const read = (path: string) => readFile(join(folder, path), "utf8");
      const { out: exports } = await run(["--print-env", folder]);
      const script = `eval "$(cat)"; printf '%s' "$STS_WELL_KNOWN_URI"`;
      const uri = execFileSync("sh", ["-c", script], { input: exports, encoding: "utf8" });
      const dispatcher = new Agent({ connect: { ca: await read("ca.pem") } });
      const metadata = await fetch(uri, { dispatcher });
      const { token_endpoint } = (await metadata.json()) as { token_endpoint: string };
      const body = new URLSearchParams({
        grant_type: "urn:ietf:params:oauth:grant-type:token-exchange",
        subject_token: await read("alice.jwt"),
        subject_token_type: "urn:ietf:params:oauth:token-type:jwt",
        audience: "tickets",
      });
      const response = await fetch(token_endpoint, { method: "POST", body, dispatcher });
      const { access_token } = (await response.json()) as { access_token: string };
      expect(decodeJwt(access_token)).toMatchObject({ sub: "alice", aud: "tickets" });
      await dispatcher.close();
      await expect(read("agent-gateway/type")).rejects.toThrow("ENOENT");
      await expect(read("destination/type")).rejects.toThrow("ENOENT");
    });
    expect(out).toMatch(/STS_WELL_KNOWN_URI=https:\/\/localhost:\d+\/\.well-known\/oauth-auth/);
    expect(out).toContain("any request may exchange, without a client (--public-client)");
    expect(out).toMatch(
      / tickets takes exchanged tokens for tickets\n +https:\/\/localhost:\d+\/v1\/mcp\//,
    );
    expect(out).toMatch(/ 200 +\d+ ms \/sts\/token token-exchange alice for tickets /);
  });

  it("names --public-client on the screen, and in the refusal of a request without a client", async () => {
    let refusal = "";
    const { out } = await run(["--write-binding", folder], async () => {
      const dispatcher = new Agent({ connect: { ca: await readFile(join(folder, "ca.pem")) } });
      const { out: exports } = await run(["--print-env", folder]);
      const [uri = ""] = /https:[^']+oauth-authorization-server\/sts/.exec(exports) ?? [];
      const body = new URLSearchParams({ grant_type: "client_credentials" });
      const endpoint = `${new URL(uri).origin}/sts/token`;
      const response = await fetch(endpoint, { method: "POST", body, dispatcher });
      expect(response.status).toBe(401);
      refusal = ((await response.json()) as { error_description: string }).error_description;
      await dispatcher.close();
    });
    expect(out).toContain("--public-client allows exchanges without one");
    expect(refusal).toContain("with publicClient (--public-client) it would need none");
    expect(out).toContain(`invalid_client: ${refusal}`);
  });

  it("lists the servers of every subscriber", async () => {
    const { out } = await run(["--preset", "btp-lob"]);
    for (const tenant of ["tenant-a", "tenant-b", "tenant-c"]) {
      expect(out).toMatch(new RegExp(`orders of ${tenant}\n +https://[^ ]+/${tenant}/v1/mcp/`));
    }
    expect((await run(["--preset", "ias"])).out).not.toContain("XSUAA");
  });

  it("starts a second time with the same command", async () => {
    const args = ["--write-binding", folder, "--user", "alice"];
    expect((await run(args)).code).toBe(0);
    const before = await readFile(join(folder, "ca.pem"), "utf8");
    expect((await run(args)).code).toBe(0);
    expect(await readFile(join(folder, "ca.pem"), "utf8")).not.toBe(before);
  });

  it("leaves a mock of another folder trusted, whose environment is set already", async () => {
    const [one, two] = [join(folder, "one"), join(folder, "two")];
    await run(["--write-binding", one], async () => {
      const { out: exports } = await run(["--print-env", one]);
      const [, uri = ""] = /STS_WELL_KNOWN_URI='([^']+)'/.exec(exports) ?? [];
      const trust = { NODE_EXTRA_CA_CERTS: join(one, "ca.pem") };
      await runTool(["--write-binding", two], { folder, trust });
      const dispatcher = new Agent({ connect: { ca: await readFile(join(two, "ca.pem")) } });
      expect((await fetch(uri, { dispatcher })).status).toBe(200);
      await dispatcher.destroy();
    });
  });

  it("leaves the token exchange service out of the environment of another flow", async () => {
    await run(["--write-binding", folder, "--flow", "customer"]);
    expect(await readFile(join(folder, "env.sh"), "utf8")).not.toContain("STS_WELL_KNOWN_URI");
  });

  it("prints the environment for PowerShell and for a .env file too", async () => {
    const quoting = join(folder, "it's here");
    await run(["--write-binding", quoting, "--flow", "lob"]);
    const { out: dotenv } = await run(["--print-env=dotenv", quoting]);
    const ca = join(quoting, "ca.pem");
    const expected = { NODE_EXTRA_CA_CERTS: ca, APPFND_CONHOS_LANDSCAPE: "eu10" };
    expect(parseEnv(dotenv)).toMatchObject(expected);
    const { out: powershell } = await run(["--print-env=powershell", quoting]);
    expect(powershell).toContain(`$env:NODE_EXTRA_CA_CERTS = '${ca.replace("'", "''")}'\n`);
    expect(powershell.match(/^\$env:/gm)).toHaveLength(Object.keys(parseEnv(dotenv)).length);
  });

  it("ends with 1 if the environment is missing, and says how to get it", async () => {
    const { code, errors } = await run(["--print-env", folder]);
    expect(code).toBe(1);
    expect(errors).toContain(`Cannot read ${join(folder, "env.sh")}: start mock-sts with`);
  });

  it("frees its ports at the end", async () => {
    const port = /localhost:(\d+)/.exec((await run([])).out)?.[1] ?? "";
    expect((await run(["--port", port])).code).toBe(0);
  });
});
