import { z } from "zod";
import { callerIdentity, callerIdentitySchema } from "./caller-identity.ts";
import type { McpTool } from "./mcp-tools.ts";

/** A record that a lookup tool can find. */
type Entry = Readonly<Record<string, string | number>> & { readonly id: string };

/** Builds the tools of a server that knows some records: three that every server has and two for its subject. */
export function recordTools(subject: string, entries: readonly Entry[]): readonly McpTool[] {
  return [whoami, echo, mirror, lookup(subject, entries), report(subject, entries)];
}

const whoami: McpTool = {
  name: "whoami",
  description: "Says for whom and for what audience the access token was issued.",
  input: z.object({}),
  output: callerIdentitySchema,
  run(_input, { http }) {
    const structuredContent = callerIdentity(http?.authInfo?.extra ?? {});
    return { content: [text(JSON.stringify(structuredContent))], structuredContent };
  },
};

const echo: McpTool = {
  name: "echo",
  description: "Returns the text it is given.",
  input: z.object({ text: z.string("must be text") }),
  run: (input) => ({ content: [text(String(input.text))] }),
};

const mirror: McpTool = {
  name: "mirror",
  description: "Returns its arguments as JSON, whatever they are called.",
  input: z.looseObject({}),
  run: (input) => ({ content: [text(JSON.stringify(input))] }),
};

/** Turns a subject such as `cost_center` into words. */
function spoken(subject: string): string {
  return subject.replaceAll("_", " ");
}

function lookup(subject: string, entries: readonly Entry[]): McpTool {
  return {
    name: `lookup_${subject}`,
    description: `Finds one ${spoken(subject)} by its id.`,
    input: z.object({ id: z.string("must be text").min(1, "must not be blank") }),
    output: z.looseObject({ id: z.string() }),
    run({ id }) {
      const entry = entries.find((candidate) => candidate.id === id);
      if (entry === undefined) {
        return { content: [text(`No ${spoken(subject)} ${id}`)], isError: true };
      }
      return { content: [text(JSON.stringify(entry))], structuredContent: { ...entry } };
    },
  };
}

function report(subject: string, entries: readonly Entry[]): McpTool {
  return {
    name: `report_${subject}s`,
    description: `Lists every ${spoken(subject)}: a title, one block each, and a total.`,
    input: z.object({}),
    run: () => ({
      content: [
        text(`${spoken(subject)} report`),
        ...entries.map((entry) => text(JSON.stringify(entry))),
        text(`${entries.length} in total`),
      ],
    }),
  };
}

function text(value: string) {
  return { type: "text" as const, text: value };
}
