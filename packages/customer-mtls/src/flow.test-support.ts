import { onTestFinished } from "vitest";
import { authority } from "./certificates.test-support.ts";
import {
  type CustomerMtlsFlow,
  type CustomerMtlsFlowOptions,
  createCustomerMtlsFlow,
} from "./create-flow.ts";

/** Makes a flow that trusts the test server, does not poll, and is closed after the test. */
export async function flowFrom(options: CustomerMtlsFlowOptions): Promise<CustomerMtlsFlow> {
  const flow = await createCustomerMtlsFlow({ ca: authority, pollIntervalMs: 0, ...options });
  onTestFinished(() => flow.close());
  return flow;
}
