/** @import { State } from "./mock-data.ts" */

/**
 * Lists the commands that lead from a mock without requests to the first ones.
 *
 * @param {Pick<State, "url" | "issuers">} state
 */
export function firstCommands({ url, issuers }) {
  const service = issuers.find(({ kind }) => kind === "token-exchange");
  const { origin, pathname } = new URL(service?.issuer ?? url);
  const metadata = `${origin}/.well-known/oauth-authorization-server${pathname.replace(/\/$/, "")}`;
  const trust = url.startsWith("https:") ? "--insecure " : "";
  return [
    { title: "Send a first request", command: `curl ${trust}${metadata}` },
    {
      title: "Point an agent at a mock that was started with --write-binding ./bindings",
      command: 'eval "$(npx @agent-oauth/mock-sts --print-env ./bindings)"',
    },
  ];
}
