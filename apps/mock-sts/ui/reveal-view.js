/** @import { View } from "./page-view.js" */
/** @import { TokenVerdict } from "./mock-data.ts" */
import { html } from "lit-html";
import { adminTokenView } from "./admin-token-view.js";

/**
 * Draws the button that reveals the value of a token to holders of the admin token.
 *
 * @param {View} view
 * @param {TokenVerdict} verdict
 */
export function revealView(view, { valueKept }) {
  const { model, inspection } = view;
  if (!valueKept) return html`<small>values are kept with <code>--record-secrets</code></small>`;
  const value = model.inspection?.value;
  if (value !== undefined) {
    return html`
      <button type="button" @click=${() => inspection.hide()}>Hide</button>
      <output class="value">${value}</output>
    `;
  }
  if (model.isAskingForToken) return adminTokenView(view);
  return html`<button type="button" @click=${() => inspection.reveal()}>Reveal</button>`;
}
