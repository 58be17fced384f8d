import { type MockSts, startMockSts } from "../mock-sts.ts";
import type { MockStsOptions } from "../options/options.ts";

/** The ports of the two servers, by the names of their options. */
export interface Ports {
  readonly port: number;
  readonly gatewayPort: number;
}

/** Names of the servers in notes. */
const SERVERS = { port: "token server", gatewayPort: "gateway" } as const;

/**
 * Starts a mock. Where the options name no port, the preferred one is tried first, and any free one
 * if it is taken: `notes` says so.
 *
 * @throws the error of the system if a port that the options name is taken.
 */
export async function startOnPorts(
  options: MockStsOptions,
  preferred: Ports,
): Promise<{ readonly mock: MockSts; readonly notes: readonly string[] }> {
  const ports = { ...preferred };
  const taken: (keyof Ports)[] = [];
  for (;;) {
    try {
      const mock = await startMockSts({ ...ports, ...options });
      return { mock, notes: taken.map((name) => noteOf(name, { mock, preferred })) };
    } catch (error) {
      const name = takenPort(error, { ports, options });
      if (name === undefined) throw error;
      ports[name] = 0;
      taken.push(name);
    }
  }
}

function takenPort(
  error: unknown,
  { ports, options }: { ports: Ports; options: MockStsOptions },
): keyof Ports | undefined {
  const { code, port } = error as { code?: string; port?: number };
  if (code !== "EADDRINUSE" && code !== "EACCES") return undefined;
  const names = ["port", "gatewayPort"] as const;
  return names.find((name) => ports[name] === port && port !== 0 && options[name] === undefined);
}

function noteOf(
  name: keyof Ports,
  { mock, preferred }: { mock: MockSts; preferred: Ports },
): string {
  const { port } = new URL(name === "port" ? mock.url : mock.gatewayUrl);
  return `port ${preferred[name]} is taken, so the ${SERVERS[name]} is at port ${port}`;
}
