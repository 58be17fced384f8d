import { once } from "node:events";
import { mkdirSync, writeFileSync } from "node:fs";
import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { runServer } from "verdaccio";
import { scope } from "../walls/allow-list.ts";

/** An npm registry on the loopback that holds the packages of this workspace and no others. */
export interface Registry {
  /** Its host and port. */
  readonly host: string;
  /** Makes a folder install our packages from here and lets it publish to here. */
  use(folder: string): void;
  /** What the registry answers about the newest version of a package. */
  manifest(name: string): Promise<PublishedManifest>;
}

/** A registry that this process runs. */
export interface RunningRegistry extends Registry {
  close(): Promise<void>;
}

/** The parts of a published package.json that the rehearsal reads. */
interface PublishedManifest {
  readonly version: string;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
  readonly exports: Readonly<Record<string, Readonly<Record<string, string>>>>;
}

/** Starts an empty registry that keeps its files in `folder`. */
export async function startRegistry(folder: string): Promise<RunningRegistry> {
  mkdirSync(folder, { recursive: true });
  const config = join(folder, "config.yaml");
  const packages = { [`${scope}*`]: { access: "$all", publish: "$anonymous" } };
  const log = { type: "stdout", level: "error" };
  // JSON is YAML too.
  writeFileSync(
    config,
    JSON.stringify({ storage: "./storage", packages, log, web: { enable: false } }),
  );
  const server: Server = await runServer(config);
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    ...registryAt(`127.0.0.1:${(server.address() as AddressInfo).port}`),
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}

/** The registry at a host and port, which another process may run. */
export function registryAt(host: string): Registry {
  return {
    host,
    use(consumer) {
      mkdirSync(consumer, { recursive: true });
      const lines = [
        `${scope.replace("/", "")}:registry=http://${host}/`,
        `//${host}/:_authToken=any`,
      ];
      writeFileSync(join(consumer, ".npmrc"), `${lines.join("\n")}\n`);
    },
    async manifest(name) {
      const response = await fetch(`http://${host}/${name}/latest`);
      if (!response.ok) throw new Error(`Cannot read ${name}: status ${response.status}`);
      return (await response.json()) as PublishedManifest;
    },
  };
}
