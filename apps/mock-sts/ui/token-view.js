/** @import { View } from "./page-view.js" */
/** @import { TokenVerdict } from "./mock-data.ts" */
import { html, nothing } from "lit-html";
import { claimsView } from "./claims-view.js";
import { mockNow } from "./mock-time.js";
import { countUses, shownToken } from "./request-tokens.js";
import { revealView } from "./reveal-view.js";
import { verdictView } from "./verdict-view.js";

/**
 * Draws the inspected token: verdict, actors, header and claims.
 *
 * @param {View} view
 */
export function tokenView(view) {
  const { model } = view;
  const request = model.requests.find(({ id }) => id === model.selectedId);
  const shown = shownToken(request, model.selectedRole);
  if (shown === undefined) return html`<p class="no-token">No token came or went with it.</p>`;
  const { fingerprint, header, claims } = shown.token;
  const { verdict, problem } = model.inspection ?? {};
  return html`
    <div id="token" role="tabpanel" aria-labelledby="tab-${shown.role}">
      ${verdict === undefined ? html`<p>${problem ?? ""}</p>` : verdictView(verdict, mockNow(model))}
      ${verdict === undefined ? nothing : actorsView(verdict)}
      <div class="token-actions">
        <code title="Fingerprint of the token">${fingerprint}</code>
        ${usesView(view, fingerprint)}
        ${verdict === undefined ? nothing : revokeView(view, verdict)}
        ${verdict === undefined ? nothing : revealView(view, verdict)}
      </div>
      ${claims === undefined ? nothing : claimsView("Claims", claims)}
      ${header === undefined ? html`<p>It is not a JWT.</p>` : claimsView("Header", header)}
    </div>
  `;
}

/**
 * @param {View} view
 * @param {string} fingerprint
 */
function usesView({ model, redraw }, fingerprint) {
  const uses = countUses(model.requests, fingerprint);
  const show = () => {
    model.filter = { kind: "all", text: fingerprint };
    redraw();
  };
  return html`
    <button type="button" title="Show them in the timeline" @click=${show}>
      sent ${uses} ${uses === 1 ? "time" : "times"}
    </button>
  `;
}

/** @param {TokenVerdict} verdict */
function actorsView({ actors, claims }) {
  if (actors.length === 0) return nothing;
  return html`
    <ol class="actors" aria-label="Act chain">
      <li>${String(claims?.sub)} <small>subject</small></li>
      ${actors.map(
        (actor, index) =>
          html`<li>${actor} <small>${index === 0 ? "acts now" : "acted"}</small></li>`,
      )}
    </ol>
  `;
}

/**
 * @param {View} view
 * @param {TokenVerdict} verdict
 */
function revokeView({ model, commands }, { fingerprint, revoked, expiresAt }) {
  const left = expiresAt === undefined ? 0 : expiresAt - mockNow(model);
  return html`
    <button
      type="button"
      ?disabled=${revoked !== false}
      @click=${() => commands.revoke({ fingerprint }, "")}
    >
      Revoke
    </button>
    <button
      type="button"
      ?disabled=${left <= 0}
      @click=${() => commands.advanceClock(left + 1_000, "what it had left")}
    >
      Expire
    </button>
  `;
}
