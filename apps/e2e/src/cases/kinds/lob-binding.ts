import { createLobFlow } from "@agent-oauth/lob-destination";
import { z } from "zod";
import { type CaseKind, caseKind } from "../fixtures/case-kind.ts";
import { caseClock } from "../fixtures/fill-in.ts";
import { withFiles } from "../fixtures/scratch-folder.ts";

const jsonOrText = z.union([z.string(), z.record(z.string(), z.unknown())]);

/** Bindings of the Destination Service, in variables and mounted files. */
export const lobBinding: CaseKind = caseKind(
  z.strictObject({
    env: z.record(z.string(), jsonOrText).default({}),
    files: z.record(z.string(), jsonOrText).default({}),
    /** The option of that name. */
    binding: z.string().optional(),
  }),
  ({ env, files, binding }) =>
    withFiles(asTexts(files), async (folder) => {
      const flow = await createLobFlow({
        env: { APPFND_CONHOS_LANDSCAPE: "eu10", ...asTexts(env) },
        bindingRoot: folder,
        secretsRoot: folder,
        clock: caseClock(),
        ...(binding !== undefined && { binding }),
      });
      await flow.close();
      return { accepted: true };
    }),
);

function asTexts(values: Readonly<Record<string, unknown>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(values).map(([name, value]) => [
      name,
      typeof value === "string" ? value : JSON.stringify(value),
    ]),
  );
}
