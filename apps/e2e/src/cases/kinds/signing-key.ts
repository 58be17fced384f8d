import { privateKeyJwt } from "@agent-oauth/token-endpoint";
import { z } from "zod";
import { type CaseKind, caseKind } from "../fixtures/case-kind.ts";

/** Private keys for assertions, as files and variables hold them. */
export const signingKey: CaseKind = caseKind(z.strictObject({ key: z.string() }), ({ key }) => ({
  accepted: privateKeyJwt({ key }).method === "private_key_jwt",
}));
