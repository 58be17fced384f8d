import { join } from "node:path";
import { fileTokenSource } from "@agent-oauth/node";
import { z } from "zod";
import { type CaseKind, caseKind } from "../fixtures/case-kind.ts";
import { caseClock } from "../fixtures/fill-in.ts";
import { withFiles } from "../fixtures/scratch-folder.ts";

/** Files that should hold a token: their text, or their bytes in base64. */
export const tokenFile: CaseKind = caseKind(
  z.union([z.strictObject({ content: z.string() }), z.strictObject({ base64: z.string() })]),
  (file) => {
    const bytes = "base64" in file ? Buffer.from(file.base64, "base64") : Buffer.from(file.content);
    return withFiles({ token: bytes }, async (folder) => {
      const source = fileTokenSource(join(folder, "token"), { clock: caseClock() });
      try {
        return { token: (await source.getToken()).token };
      } finally {
        source.close();
      }
    });
  },
);
