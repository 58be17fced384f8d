import { getCACertificates, setDefaultCACertificates } from "node:tls";
import type { MockSts, MockStsOptions } from "@agent-oauth/mock-sts";
import { onTestFinished } from "vitest";
import { openMock } from "../agent.test-support.ts";

/** A mock that every client in this process trusts for the length of the test: some take no authority of their own. */
export async function openTrustedMock(options?: MockStsOptions): Promise<MockSts> {
  const mock = await openMock(options);
  const before = getCACertificates("default");
  setDefaultCACertificates([...before, mock.ca]);
  onTestFinished(() => setDefaultCACertificates(before));
  return mock;
}
