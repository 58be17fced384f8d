import type { CaseKind } from "./fixtures/case-kind.ts";
import { basicHeader } from "./kinds/basic-header.ts";
import { certificate } from "./kinds/certificate.ts";
import { challenge } from "./kinds/challenge.ts";
import { lobBinding } from "./kinds/lob-binding.ts";
import { lostSession } from "./kinds/lost-session.ts";
import { mcpServerList } from "./kinds/mcp-server-list.ts";
import { metadata } from "./kinds/metadata.ts";
import { mockClient } from "./kinds/mock-client.ts";
import { signingKey } from "./kinds/signing-key.ts";
import { tokenExchange } from "./kinds/token-exchange.ts";
import { tokenFile } from "./kinds/token-file.ts";
import { tokenResponse } from "./kinds/token-response.ts";

/** What is done with a case, by the name of its folder. */
export const caseKinds: Readonly<Record<string, CaseKind>> = {
  "basic-header": basicHeader,
  certificate,
  challenge,
  "lob-binding": lobBinding,
  "lost-session": lostSession,
  "mcp-server-list": mcpServerList,
  metadata,
  "mock-client": mockClient,
  "signing-key": signingKey,
  "token-exchange": tokenExchange,
  "token-file": tokenFile,
  "token-response": tokenResponse,
};
