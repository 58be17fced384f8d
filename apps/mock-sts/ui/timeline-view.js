/** @import { View } from "./page-view.js" */
/** @import { RequestKind } from "./request-facts.js" */
import { html, nothing } from "lit-html";
import { repeat } from "lit-html/directives/repeat.js";
import { gettingStartedView } from "./getting-started-view.js";
import { noMatchView } from "./no-match-view.js";
import { kindOf } from "./request-facts.js";
import { shownRequests } from "./request-filter.js";
import { requestRow } from "./request-row.js";

/**
 * Draws the requests, the newest first: a grid that the arrow keys move in.
 *
 * @param {View} view
 */
export function timelineView(view) {
  const { model, selection, timeline } = view;
  const all = shownRequests(model);
  const { rows, first, above, below } = timeline.of(all);
  return html`
    <section class="timeline" aria-label="Timeline">
      ${filterBar(view, all.length)}
      <div id="timeline-rows" class="rows" @scroll=${() => timeline.scrolled()}>
        ${emptyView(view, all.length)}
        <table
          role="grid"
          aria-label="Requests, the newest first"
          aria-rowcount=${all.length + 1}
          aria-activedescendant=${model.selectedId === undefined ? nothing : `request-${model.selectedId}`}
          tabindex="0"
          ?hidden=${all.length === 0}
          @focus=${showRing}
          @keydown=${(/** @type {KeyboardEvent} */ event) => keyPressed(event, selection)}
        >
          <thead role="rowgroup">
            <tr role="row" aria-rowindex="1">
              <th role="columnheader" class="at">Time</th>
              <th role="columnheader" class="action">What</th>
              <th role="columnheader" class="who">Who</th>
              <th role="columnheader" class="audience">For</th>
              <th role="columnheader" class="outcome">Outcome</th>
              <th role="columnheader" class="duration">Took</th>
            </tr>
          </thead>
          <tbody role="rowgroup">
            <tr class="gap" aria-hidden="true"><td colspan="6" height=${above}></td></tr>
            ${repeat(
              rows,
              ({ id }) => id,
              (request, index) => requestRow(view, { request, row: first + index }),
            )}
            <tr class="gap" aria-hidden="true"><td colspan="6" height=${below}></td></tr>
          </tbody>
        </table>
      </div>
    </section>
  `;
}

/**
 * Draws what stands in place of the requests if none is shown.
 *
 * @param {View} view
 * @param {number} shown
 */
function emptyView(view, shown) {
  if (shown > 0) return nothing;
  return view.model.requests.length === 0 ? gettingStartedView(view) : noMatchView(view);
}

/**
 * The ring around the list is as high as the list: the browser would show a part of it.
 *
 * @param {Event} event
 */
function showRing({ currentTarget }) {
  const list = /** @type {Element} */ (currentTarget);
  if (list.matches(":focus-visible"))
    list.closest(".timeline")?.scrollIntoView({ block: "nearest" });
}

/**
 * @param {KeyboardEvent} event
 * @param {View["selection"]} selection
 */
function keyPressed(event, selection) {
  if (event.altKey || event.ctrlKey || event.metaKey) return;
  if (event.key === "Enter") document.getElementById("inspector")?.focus();
  else if (event.key === "Escape") selection.select(undefined);
  else if (!selection.move(event.key)) return;
  event.preventDefault();
}

/** @type {readonly (readonly [RequestKind | "all", string])[]} */
const KINDS = [
  ["all", "All"],
  ["token", "Token requests"],
  ["mcp", "MCP calls"],
  ["other", "Other"],
];

/**
 * @param {View} view
 * @param {number} shown
 */
function filterBar({ model, commands, redraw }, shown) {
  const { filter, requests } = model;
  /** @param {RequestKind | "all"} kind */
  const countOf = (kind) =>
    kind === "all" ? requests.length : requests.filter((it) => kindOf(it) === kind).length;
  return html`
    <div class="filter-bar">
      <div class="kinds" role="group" aria-label="Kinds of request">
        ${KINDS.map(
          ([kind, name]) => html`
            <button
              type="button"
              aria-pressed=${kind === filter.kind ? "true" : "false"}
              @click=${() => {
                filter.kind = kind;
                redraw();
              }}
            >
              ${name} <small>${countOf(kind)}</small>
            </button>
          `,
        )}
      </div>
      <input
        type="search"
        aria-label="Filter the timeline"
        placeholder="Filter: alice 429 tickets"
        .value=${filter.text}
        @input=${(/** @type {Event} */ { target }) => {
          filter.text = /** @type {HTMLInputElement} */ (target).value;
          redraw();
        }}
      />
      <span class="shown" role="status">
        ${shown === requests.length ? nothing : html`${shown} of ${requests.length} shown`}
      </span>
      <button type="button" class="quiet" @click=${() => commands.clearLog()}>Clear log</button>
    </div>
  `;
}
