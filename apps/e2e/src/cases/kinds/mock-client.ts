import { type MockStsOptions, startMockSts } from "@agent-oauth/mock-sts";
import { z } from "zod";
import { type CaseKind, caseKind } from "../fixtures/case-kind.ts";

/** What the mock issues to its further clients, which are given as they are. */
export const mockClient: CaseKind = caseKind(
  z.strictObject({
    clients: z.custom<MockStsOptions["clients"] & object>(Array.isArray),
    form: z.record(z.string(), z.string()),
  }),
  async ({ clients, form }) => {
    const mock = await startMockSts({ insecureHttp: true, clients });
    try {
      const body = new URLSearchParams(form);
      const response = await fetch(`${mock.url}/sts/token`, { method: "POST", body });
      const { access_token: token = "" } = (await response.json()) as { access_token?: string };
      const claims = Buffer.from(token.split(".")[1] ?? "", "base64url").toString();
      return { status: response.status, claims: JSON.parse(claims || "{}") };
    } finally {
      await mock.close();
    }
  },
);
