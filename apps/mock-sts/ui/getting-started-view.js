/** @import { View } from "./page-view.js" */
import { html, nothing } from "lit-html";
import { commandView } from "./command-view.js";
import { firstCommands } from "./first-commands.js";

/**
 * Draws how to point an agent at the mock, until the first request.
 *
 * @param {View} view
 */
export function gettingStartedView(view) {
  const { state } = view.model;
  if (state === undefined) return nothing;
  const tokenEndpoints = state.issuers.map(({ kind, tenant, tokenEndpoint }) => [
    [KIND_NAMES[kind], tenant].filter(Boolean).join(", "),
    tokenEndpoint,
  ]);
  const servers = state.mcpServers.map(({ name, audience, url }) => [
    audience === undefined ? name : `${name}, audience ${audience}`,
    url,
  ]);
  return html`
    <div class="getting-started">
      <p>No request yet. Requests appear here with their responses.</p>
      ${firstCommands(state).map(
        ({ title, command }) => html`<h3>${title}</h3>${commandView(view, command)}`,
      )}
      <h3>Token endpoints</h3>
      ${addresses(tokenEndpoints)}
      <h3>MCP servers</h3>
      ${addresses(servers)}
    </div>
  `;
}

const KIND_NAMES = {
  "identity-tenant": "identity tenant",
  xsuaa: "XSUAA",
  "token-exchange": "token exchange",
};

/** @param {readonly (readonly (string | undefined)[])[]} rows */
function addresses(rows) {
  return html`
    <dl>
      ${rows.map(([name, url]) => html`<div><dt>${name}</dt><dd><code>${url}</code></dd></div>`)}
    </dl>
  `;
}
