/**
 * A user's program, as text: it gets an access token for the agent and one for a user through the
 * customer flow, and prints the SHA-256 of both. Its argument is the file of the user's token.
 */
export const flowProgram = `
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { createCustomerMtlsFlow } from "@agent-oauth/customer-mtls";

const flow = await createCustomerMtlsFlow();
const subjectToken = readFileSync(process.argv[2], "utf8");
const tokens = [
  await flow.systemTokens.getToken(),
  await flow.userTokens.getToken({ subjectToken }),
];
for (const { token } of tokens) console.log(createHash("sha256").update(token).digest("hex"));
await flow.close();
`;
