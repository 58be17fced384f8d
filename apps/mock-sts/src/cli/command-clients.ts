import { UsageError } from "../checks/usage-error.ts";
import type { ClientRegistration } from "../clients/clients.ts";

/**
 * The client of agents in transparent mode. Something outside the agent adds its certificate there;
 * on this machine there is nothing outside, so the client proves nothing.
 */
export const TRANSPARENT_CLIENT = {
  clientId: "mock-transparent-agent",
  authentication: "none",
} as const satisfies ClientRegistration;

/**
 * Reads a client from the command line: `ID:SECRET`, where only the first colon separates.
 *
 * @throws UsageError that does not show the secret.
 */
export function parseClient(text: string): ClientRegistration {
  const colon = text.indexOf(":");
  const clientId = text.slice(0, colon).trim();
  const clientSecret = text.slice(colon + 1);
  if (colon < 0 || clientId === "" || clientSecret.trim() === "") {
    throw new UsageError("--client must be ID:SECRET, with text on both sides of the colon");
  }
  return { clientId, authentication: "client_secret", clientSecret };
}
