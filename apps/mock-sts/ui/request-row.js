/** @import { View } from "./page-view.js" */
/** @import { RecordedRequest } from "./mock-data.ts" */
import { html, nothing } from "lit-html";
import { dateText, preciseTimeText, timeText } from "./mock-time.js";
import { actionOf, audienceOf, kindOf, outcomeOf, partiesOf } from "./request-facts.js";
import { durationText } from "./spans-of-time.js";

/**
 * Draws one request of the timeline.
 *
 * @param {View} view
 * @param {{ request: RecordedRequest, row: number }} what
 */
export function requestRow({ model, selection }, { request, row }) {
  const kind = request.mcp?.tool === undefined ? kindOf(request) : "tool";
  const { subject, actor } = partiesOf(request);
  const { tone, label, detail } = outcomeOf(request);
  const isSelected = request.id === model.selectedId;
  return html`
    <tr
      role="row"
      id="request-${request.id}"
      class="request ${kind} ${tone}"
      aria-rowindex=${row + 2}
      aria-selected=${isSelected ? "true" : "false"}
      @click=${() => selection.select(request.id)}
    >
      <td role="gridcell" class="at" title=${`${dateText(request.at)} by the mock’s clock`}>
        ${timeText(request.at)}<small>${preciseTimeText(request.at).slice(-4)}</small>
      </td>
      <td role="gridcell" class="action"><span class="kind">${kind}</span>${actionOf(request)}</td>
      <td role="gridcell" class="who">
        ${subject ?? request.clientId ?? nothing}
        ${actor === undefined ? nothing : html`<small>by ${actor}</small>`}
      </td>
      <td role="gridcell" class="audience">${audienceOf(request)}</td>
      <td role="gridcell" class="outcome" title=${detail}><span class="status">${label}</span> ${detail}</td>
      <td role="gridcell" class="duration">
        <svg aria-hidden="true"><rect width="${barPercent(request.durationMs)}%" height="4" rx="2"></rect></svg>
        ${durationText(request.durationMs)}
      </td>
    </tr>
  `;
}

/** A bar on a logarithmic scale, from a millisecond to ten seconds: the difference is visible at a glance. */
function barPercent(/** @type {number | undefined} */ ms) {
  if (ms === undefined) return 0;
  return Math.max(2, Math.min(100, 25 * Math.log10(Math.max(1, ms))));
}
