/** The global setup of the rehearsal: all its test files install from one registry, filled once. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestProject } from "vitest/node";
import { installNode, rehearsedNodes } from "./node-release.ts";
import { publishAll, rehearsedHome } from "./publication.ts";
import { startRegistry } from "./registry.ts";

/** Where the rehearsal finds what was published. */
export interface Publication {
  /** Host and port of the registry. */
  readonly host: string;
  /** The public home that was set before. */
  readonly home: string;
  /** What the release printed before there was a home. */
  readonly refusal: string;
  /** The copy of the repository from which it was published. */
  readonly repository: string;
  /** Where the tests make the folders of users. */
  readonly users: string;
}

declare module "vitest" {
  interface ProvidedContext {
    publication: Publication;
  }
}

/** Publishes, and returns what cleans up. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const folder = mkdtempSync(join(tmpdir(), "release-"));
  const registry = await startRegistry(join(folder, "registry"));
  const teardown = async (): Promise<void> => {
    await registry.close();
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    for (const version of rehearsedNodes) await installNode(version);
    const repository = join(folder, "repository");
    const refusal = await publishAll(repository, registry);
    const users = join(folder, "users");
    const { host } = registry;
    project.provide("publication", { host, home: rehearsedHome, refusal, repository, users });
  } catch (error) {
    await teardown();
    throw error;
  }
  return teardown;
}
