/** @import { View } from "./page-view.js" */
import { html, nothing } from "lit-html";
import { cacheEffect } from "./cache-effect.js";

/**
 * Draws the counts, above all how well the agents cache.
 *
 * @param {View} view
 */
export function summaryView({ model }) {
  const counts = model.state?.counts;
  if (counts === undefined) return nothing;
  const { requests, tokensIssued, faults } = counts;
  return html`
    <section class="summary" aria-label="Summary">
      ${cacheEffectView(counts)}
      <dl>
        ${count("requests", requests)} ${count("tokens issued", tokensIssued)}
        ${count("hit by faults", faults, faults > 0 ? "warn" : "")}
      </dl>
    </section>
  `;
}

/** @param {NonNullable<View["model"]["state"]>["counts"]} counts */
function cacheEffectView({ tokenRequests, toolCalls }) {
  const { figure, label } = cacheEffect({ tokenRequests, toolCalls });
  const share = toolCalls === 0 ? 0 : Math.min(1, tokenRequests / toolCalls);
  return html`
    <div class="cache-effect">
      <strong>${figure}</strong>
      <span>
        ${label}
        <svg class="share" aria-hidden="true">
          <rect class="whole" width="100%" height="6" rx="3"></rect>
          <rect class="part" width="${100 * share}%" height="6" rx="3"></rect>
        </svg>
        <small>
          ${tokenRequests} token ${tokenRequests === 1 ? "request" : "requests"}, ${toolCalls} tool
          ${toolCalls === 1 ? "call" : "calls"}
        </small>
      </span>
    </div>
  `;
}

/**
 * @param {string} name
 * @param {number} value
 * @param {string} [tone]
 */
function count(name, value, tone = "") {
  return html`<div class=${tone}><dt>${name}</dt><dd>${value}</dd></div>`;
}
