import type { AddressInfo, Server } from "node:net";
import type { MockSts } from "@agent-oauth/mock-sts";
import { onTestFinished } from "vitest";

/** Makes a server listen on a free port of this machine until the test ends; returns the port. */
export async function listenUntilTestEnds(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => new Promise<void>((resolve) => server.close(() => resolve())));
  return (server.address() as AddressInfo).port;
}

/** Issues the certificate and key of a server on this machine, by the mock's authority. */
export async function serverIdentity(mock: MockSts): Promise<{ cert: string; key: string }> {
  const request = { subject: "CN=localhost", usage: "serverAuth" } as const;
  const { certificate: cert, key } = await mock.issueClientCertificate(request);
  return { cert, key };
}
