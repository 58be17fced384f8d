import { clientCredentialsSource } from "@agent-oauth/token-endpoint";
import { inject } from "vitest";
import { clientWithSecret } from "./realm-clients.ts";

/** One exchange that Keycloak remembers. */
export interface LoggedExchange {
  readonly type: "TOKEN_EXCHANGE" | "TOKEN_EXCHANGE_ERROR";
  readonly clientId: string;
  readonly userId?: string;
  readonly details: Readonly<Record<string, string>>;
}

/** Returns a function that lists the exchanges since now, as Keycloak itself counted them. */
export async function watchExchanges(): Promise<() => Promise<readonly LoggedExchange[]>> {
  const auditor = clientWithSecret("auditor");
  const { token } = await clientCredentialsSource(auditor).getToken();
  const url = `${inject("keycloak").issuer.replace("/realms/", "/admin/realms/")}/events?max=10000`;
  const list = async (): Promise<readonly LoggedExchange[]> => {
    const response = await auditor.fetch(url, { headers: { authorization: `Bearer ${token}` } });
    if (!response.ok) throw new Error(`Cannot read the events: status ${response.status}`);
    return (await response.json()) as LoggedExchange[];
  };
  const before = (await list()).length;
  // The newest come first.
  return async () => {
    const events = await list();
    return events.slice(0, events.length - before);
  };
}
