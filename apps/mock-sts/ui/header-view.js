/** @import { View } from "./page-view.js" */
import { html, nothing } from "lit-html";
import { dateText, mockNow } from "./mock-time.js";
import { spanText } from "./spans-of-time.js";

const CONNECTIONS = {
  connecting: "connecting",
  live: "live",
  lost: "not reachable, trying again",
  locked: "locked",
};

/**
 * Draws the head of the page: the mock, the state of the connection, and the mock's time.
 *
 * @param {View} view
 */
export function headerView({ model }) {
  const { connection, state, notice } = model;
  return html`
    <header>
      <h1>mock-sts</h1>
      <code class="origin">${state?.url ?? location.origin}</code>
      <span class="connection ${connection}" role="status">${CONNECTIONS[connection]}</span>
      <p class="notice ${notice?.isError ? "bad" : ""}" role="status">${notice?.text ?? ""}</p>
      ${state === undefined ? nothing : clockText(model)}
    </header>
  `;
}

/** @param {View["model"]} model */
function clockText(model) {
  const { offsetMs = 0, frozen = false } = model.state?.clock ?? {};
  const direction = offsetMs > 0 ? "ahead" : "behind";
  return html`
    <span class="clock">
      ${frozen ? html`<span class="tag warn">frozen</span>` : nothing}
      ${
        Math.abs(offsetMs) < 1_000
          ? nothing
          : html`<span class="tag warn">${spanText(offsetMs)} ${direction}</span>`
      }
      <span class="label">mock’s time</span> <time>${dateText(mockNow(model))}</time>
    </span>
  `;
}
