import { authority } from "@agent-oauth/test-support/certificates";
import { onTestFinished } from "vitest";
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
