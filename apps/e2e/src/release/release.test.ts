import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { manifestMembers } from "../../../../scripts/home.mjs";
import { repositoryFiles, root } from "../walls/repository.ts";
import { workspacePackages } from "../walls/workspace-packages.ts";
import { pnpm, run, runInBackground } from "./command.ts";
import { flowProgram } from "./flow-program.ts";
import { relativeLinks } from "./package-metadata.ts";
import { type Registry, startRegistry } from "./registry.ts";

/** For steps that install from the network. */
const patience = 300_000;

const folder = mkdtempSync(join(tmpdir(), "release-"));
const repository = join(folder, "repository");
const published = workspacePackages().filter(({ manifest }) => manifest.private !== true);
/** The rehearsal's own; the repository may have none yet. */
const home = "https://github.com/rehearsal/agent-oauth";
let registry: Registry;
let refusal: unknown;

beforeAll(async () => {
  registry = await startRegistry(join(folder, "registry"));
  for (const file of repositoryFiles()) cpSync(join(root, file), join(repository, file));
  registry.use(repository);
  const git = (...args: string[]) => run(["git", ...args], { folder: repository });
  await git("init", "--quiet", "--initial-branch", "main");
  await git("add", "--all");
  const author = ["-c", "user.name=rehearsal", "-c", "user.email=rehearsal@localhost"];
  await git(...author, "commit", "--quiet", "--message", "before");
  await pnpm(["install", "--frozen-lockfile", "--prefer-offline"], { folder: repository });
  await run(["npm", "pkg", "delete", "repository"], { folder: repository });
  refusal = await pnpm(["run", "release"], { folder: repository }).catch((error) => error);
  await pnpm(["run", "set-home", home], { folder: repository });
  await pnpm(["run", "version-packages"], { folder: repository });
  await pnpm(["run", "release"], { folder: repository });
}, patience);

afterAll(async () => {
  await registry?.close();
  rmSync(folder, { recursive: true, force: true });
});

describe("the release", () => {
  it("refuses without a public home, and says how to set it", () => {
    expect(String(refusal)).toContain("pnpm set-home https://github.com/OWNER/NAME");
  });

  it.each(published)("publishes $manifest.name as a user can install it", async (published) => {
    const { manifest, folder: folderOfPackage } = published;
    const { version, exports, ...fields } = await registry.manifest(manifest.name);
    expect(version).toBe("0.1.0");
    expect(fields).toMatchObject(manifestMembers(home, folderOfPackage));
    const ranges = Object.entries({ ...fields.dependencies, ...fields.peerDependencies });
    for (const [name, range] of ranges) {
      expect(range).toMatch(name.startsWith("@agent-oauth/") ? /^\^0\.1\.0$/ : /^\^\d+\.\d+\.\d+$/);
    }
    for (const conditions of Object.values(exports)) {
      expect(Object.keys(conditions)).toEqual(["types", "default"]);
    }
  });

  it(
    "has nothing to publish a second time",
    async () => {
      const printed = await pnpm(["changeset", "publish"], { folder: repository });
      expect(printed).toContain("No unpublished projects");
    },
    patience,
  );
});

describe("the mock server's command", () => {
  const folderOfUser = join(folder, "user");
  const npx = (...args: string[]) =>
    ["npx", "--no-install", "@agent-oauth/mock-sts", ...args] as const;

  beforeAll(async () => {
    registry.use(folderOfUser);
    await run(["npm", "install", "@agent-oauth/mock-sts"], { folder: folderOfUser });
  }, patience);

  it("tells its version", async () => {
    expect(await run(npx("--version"), { folder: folderOfUser })).toBe("0.1.0\n");
  });

  it("starts on free ports with the configuration that it wrote", async () => {
    await run(npx("init", "--preset", "kagent-sts"), { folder: folderOfUser });
    // Not by npx, which does not hand on the signal that ends it.
    const command = join(folderOfUser, "node_modules/.bin/mock-sts");
    const mock = await runInBackground([command, "--port", "0"], {
      folder: folderOfUser,
      ready: "mock-sts is ready",
    });
    const [ready = "", ending = ""] = (await mock.stop()).split("\n");
    expect(JSON.parse(ready)).toMatchObject({
      event: "ready",
      version: "0.1.0",
      config: "mock-sts.yaml, followed; preset kagent-sts",
    });
    expect(JSON.parse(ending)).toMatchObject({ event: "stopping" });
  });

  it("brings its documents", () => {
    const ours = join(folderOfUser, "node_modules/@agent-oauth/mock-sts/docs");
    expect(readdirSync(ours)).toContain("configuration.md");
  });
});

describe("one flow alone", () => {
  const agent = join(folder, "agent");
  const server = join(folder, "server");

  beforeAll(async () => {
    registry.use(agent);
    registry.use(server);
    await run(["npm", "install", "@agent-oauth/customer-mtls"], { folder: agent });
    await run(["npm", "install", "@agent-oauth/mock-sts"], { folder: server });
  }, patience);

  it("brings what it stands on, no other flow, no client and no MCP package", () => {
    const ours = readdirSync(join(agent, "node_modules/@agent-oauth"));
    expect(ours).toEqual(["core", "customer-mtls", "node", "token-endpoint"]);
    expect(readdirSync(join(agent, "node_modules"))).not.toContain("@modelcontextprotocol");
  });

  it("is not needed by the mock server, nor is any other package of ours", () => {
    expect(readdirSync(join(server, "node_modules/@agent-oauth"))).toEqual(["mock-sts"]);
  });

  it.each(["agent", "server"])("brings no test to the %s", (name) => {
    const ours = join(folder, name, "node_modules/@agent-oauth");
    const files = readdirSync(ours, { recursive: true, encoding: "utf8" });
    expect(files).toContainEqual(expect.stringMatching(/src.index\.ts$/));
    expect(files.filter((file) => /\.test[.-]/.test(file))).toEqual([]);
  });

  it.each(["agent", "server"])("brings READMEs to the %s that lead out of it", (name) => {
    const ours = join(folder, name, "node_modules/@agent-oauth");
    for (const shortName of readdirSync(ours)) {
      const readme = readFileSync(join(ours, shortName, "README.md"), "utf8");
      expect(relativeLinks({ shortName, folder: "packages" }, readme, home)).toEqual([]);
    }
  });

  it("gets access tokens from the mock server over mutual TLS", async () => {
    const binding = join(folder, "bindings");
    const command = join(server, "node_modules/.bin/mock-sts");
    const mock = await runInBackground([command, "--write-binding", binding, "--user", "ada"], {
      folder: server,
      ready: "mock-sts is ready",
    });
    writeFileSync(join(agent, "program.mjs"), flowProgram);
    const environment = {
      SERVICE_BINDING_ROOT: binding,
      NODE_EXTRA_CA_CERTS: join(binding, "ca.pem"),
    };
    let digests = "";
    let log = "";
    try {
      const program = ["node", "program.mjs", join(binding, "ada.jwt")] as const;
      digests = await run(program, { folder: agent, environment });
    } finally {
      log = await mock.stop();
    }
    // The server's log names each token by the beginning of its SHA-256.
    const issued = Array.from(log.matchAll(/"issued":"([0-9a-f]{12})"/g), ([, digest]) => digest);
    expect(issued).toHaveLength(2);
    expect(digests.split("\n", 2).map((digest) => digest.slice(0, 12))).toEqual(issued);
  });
});
