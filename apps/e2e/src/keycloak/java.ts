import { existsSync, globSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** The oldest Java that Keycloak runs on. */
export const OLDEST_JAVA = 21;

/** Where systems install Java, one folder or several: Debian and Fedora, macOS. */
const INSTALLED = ["/usr/lib/jvm/*", "/Library/Java/JavaVirtualMachines/*/Contents/Home"];

/** Finds a Java that is new enough, by its home: `javaHome`, or else the newest that the system has. */
export function findJava(
  javaHome: string | undefined,
  installed: readonly string[] = INSTALLED,
): string | undefined {
  if (javaHome !== undefined && javaVersion(javaHome) >= OLDEST_JAVA) return javaHome;
  const [newest] = installed
    .flatMap((pattern) => globSync(pattern))
    .map((home) => ({ home, version: javaVersion(home) }))
    .filter(({ version }) => version >= OLDEST_JAVA)
    .sort((a, b) => b.version - a.version);
  return newest?.home;
}

/** The feature release, such as 21, that the home of a Java names; 0 if nothing can be run there. */
function javaVersion(home: string): number {
  const release = join(home, "release");
  if (!existsSync(release) || !existsSync(join(home, "bin/java"))) return 0;
  return Number(/^JAVA_VERSION="(\d+)/m.exec(readFileSync(release, "utf8"))?.[1] ?? 0);
}
