import { parseMcpServers } from "@agent-oauth/sts/schema";
import { z } from "zod";
import { type CaseKind, caseKind } from "../fixtures/case-kind.ts";

/** Configurations of MCP servers as other programs write them. */
export const mcpServerList: CaseKind = caseKind(
  z.strictObject({ list: z.unknown() }),
  ({ list }) => ({
    servers: parseMcpServers(list),
  }),
);
