import { html, nothing } from "lit-html";
import { adminTokenView } from "./admin-token-view.js";
import { clockPanel } from "./clock-panel.js";
import { faultPanel } from "./fault-panel.js";
import { headerView } from "./header-view.js";
import { inspectorView } from "./inspector-view.js";
import { scenarioPanel } from "./scenario-panel.js";
import { summaryView } from "./summary-view.js";
import { timelineView } from "./timeline-view.js";
import { tokenPanel } from "./token-panel.js";

/**
 * The data that the views draw, and the functions that they call.
 *
 * @typedef {object} View
 * @property {import("./model.js").Model} model
 * @property {import("./commands.js").Commands} commands
 * @property {ReturnType<typeof import("./selection.js").createSelection>} selection
 * @property {ReturnType<typeof import("./token-inspection.js").createTokenInspection>} inspection
 * @property {import("./timeline-window.js").TimelineWindow} timeline
 * @property {(token: string) => void} useAdminToken
 * @property {() => void} redraw
 */

/**
 * Draws the whole page.
 *
 * @param {View} view
 */
export function pageView(view) {
  const { model } = view;
  if (model.connection === "locked") {
    return html`${headerView(view)}<main class="gate">${adminTokenView(view)}</main>`;
  }
  if (model.state === undefined) return headerView(view);
  return html`
    ${headerView(view)}
    <div class="page">
      <main>
        ${summaryView(view)} ${timelineView(view)}
        ${model.selectedId === undefined ? nothing : inspectorView(view)}
      </main>
      <aside aria-label="Controls">
        ${clockPanel(view)} ${faultPanel(view)} ${tokenPanel(view)} ${scenarioPanel(view)}
      </aside>
    </div>
  `;
}
