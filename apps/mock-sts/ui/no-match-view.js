/** @import { View } from "./page-view.js" */
import { html } from "lit-html";

/**
 * Draws what stands in place of the requests if the filter hides them all.
 *
 * @param {View} view
 */
export function noMatchView({ model, redraw }) {
  const count = model.requests.length;
  const showAll = () => {
    model.filter = { kind: "all", text: "" };
    redraw();
  };
  return html`
    <div class="no-match">
      <p>No request matches the filter. It hides ${count === 1 ? "the only request" : `all ${count} requests`}.</p>
      <button type="button" @click=${showAll}>Show all requests</button>
    </div>
  `;
}
