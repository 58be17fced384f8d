import { createClientCertificate } from "@agent-oauth/token-endpoint";
import { z } from "zod";
import { type CaseKind, caseKind } from "../fixtures/case-kind.ts";
import { caseClock } from "../fixtures/fill-in.ts";

/** Client certificates and their keys as files and variables hold them. */
export const certificate: CaseKind = caseKind(
  z.strictObject({ certificate: z.string(), key: z.string() }),
  (pair) => ({
    accepted: createClientCertificate(pair, { clock: caseClock() }).thumbprint !== "",
  }),
);
