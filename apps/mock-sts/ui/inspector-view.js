/** @import { View } from "./page-view.js" */
/** @import { RecordedRequest } from "./mock-data.ts" */
import { html, nothing } from "lit-html";
import { dateText, preciseTimeText } from "./mock-time.js";
import { outcomeOf } from "./request-facts.js";
import { ROLE_NAMES, shownToken, tokensOf } from "./request-tokens.js";
import { durationText } from "./spans-of-time.js";
import { tokenView } from "./token-view.js";

/**
 * Draws the selected request and its tokens.
 *
 * @param {View} view
 */
export function inspectorView(view) {
  const { model, selection } = view;
  const request = model.requests.find(({ id }) => id === model.selectedId);
  const close = () => {
    selection.select(undefined);
    /** @type {HTMLElement | null} */ (document.querySelector(".timeline table"))?.focus();
  };
  return html`
    <section
      id="inspector"
      class="inspector"
      tabindex="-1"
      aria-label="Inspector"
      @keydown=${(/** @type {KeyboardEvent} */ { key }) => key === "Escape" && close()}
    >
      ${request === undefined ? html`<p>The log no longer holds it.</p>` : inspected(view, request)}
      <button type="button" class="close quiet" aria-label="Close the inspector" @click=${close}>
        ✕
      </button>
    </section>
  `;
}

/**
 * @param {View} view
 * @param {RecordedRequest} request
 */
function inspected(view, request) {
  const { tone, label } = outcomeOf(request);
  return html`
    <h2 class="${tone}">
      <span class="status">${label}</span> ${request.method} ${request.path}
    </h2>
    <div class="inspected">
      ${factsView(request)}
      <div class="tokens">${tokenTabs(view, request)} ${tokenView(view)}</div>
    </div>
  `;
}

/** @param {RecordedRequest} request */
function factsView(request) {
  const { form = {}, tls, mcp } = request;
  const connection = `${tls.connection}${tls.newSocket ? ", new" : ", kept alive"}${tls.sessionReused ? ", TLS session resumed" : ""}`;
  return html`
    <dl class="facts">
      ${fact("request", `${request.id}, at ${dateText(request.at)}${preciseTimeText(request.at).slice(-4)}`)}
      ${fact("took", durationText(request.durationMs))} ${fact("client", request.clientId)}
      ${fact("tenant", request.tenant)} ${fact("MCP server", mcp?.server)}
      ${fact("method", mcp?.methods.join(", "))} ${fact("tool", mcp?.tool)}
      ${fact("error", request.error)} ${fact("reason", request.errorDescription)}
      ${fact("fault", request.fault)}
      ${fact("connection", connection)} ${fact("certificate", tls.clientCertificate)}
      ${Object.entries(form).map(([name, value]) => fact(name, shortUrn([value].flat().join(" "))))}
      ${fact("user agent", request.headers["user-agent"])}
    </dl>
  `;
}

/** What all names of OAuth begin with says nothing. @param {string} value */
function shortUrn(value) {
  return value.replace(/^urn:ietf:params:oauth:/, "");
}

/**
 * @param {string} name
 * @param {string | undefined} value
 */
function fact(name, value) {
  if (value === undefined || value === "") return nothing;
  return html`<div><dt>${name}</dt><dd>${value}</dd></div>`;
}

/**
 * @param {View} view
 * @param {RecordedRequest} request
 */
function tokenTabs({ model, selection }, request) {
  const tokens = tokensOf(request);
  const shown = shownToken(request, model.selectedRole)?.role;
  /** @param {KeyboardEvent} event */
  const move = ({ key, currentTarget }) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[key] ?? 0;
    const at = tokens.findIndex(({ role }) => role === shown) + step;
    const role = tokens[at]?.role;
    if (step === 0 || role === undefined) return;
    selection.selectRole(role);
    const tabs = /** @type {HTMLElement} */ (currentTarget).children;
    /** @type {HTMLElement | undefined} */ (tabs[at])?.focus();
  };
  return html`
    <div class="tabs" role="tablist" aria-label="Tokens of the request" @keydown=${move}>
      ${tokens.map(
        ({ role }) => html`
          <button
            type="button"
            role="tab"
            id="tab-${role}"
            aria-selected=${role === shown ? "true" : "false"}
            aria-controls="token"
            tabindex=${role === shown ? 0 : -1}
            @click=${() => selection.selectRole(role)}
          >
            ${ROLE_NAMES[role]}
          </button>
        `,
      )}
    </div>
  `;
}
