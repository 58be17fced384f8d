import { parseChallenge } from "@agent-oauth/core";
import { z } from "zod";
import { type CaseKind, caseKind } from "../fixtures/case-kind.ts";

/** `WWW-Authenticate` headers as servers write them. */
export const challenge: CaseKind = caseKind(z.strictObject({ header: z.string() }), ({ header }) =>
  parseChallenge({ headers: new Headers({ "www-authenticate": header }) }),
);
