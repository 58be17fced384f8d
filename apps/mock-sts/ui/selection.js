/** @import { Model } from "./model.js" */
/** @import { TokenRole } from "./request-tokens.js" */
import { shownRequests } from "./request-filter.js";

/**
 * Creates the selection of the inspected request.
 *
 * @param {Model} model
 * @param {{ inspection: { verify(): void }, timeline: import("./timeline-window.js").TimelineWindow, onChange: () => void }} options
 */
export function createSelection(model, { inspection, timeline, onChange }) {
  /** @param {number | undefined} id */
  const select = (id) => {
    model.selectedId = id;
    model.isAskingForToken = false;
    if (id !== undefined) timeline.reveal(id);
    inspection.verify();
    onChange();
  };
  /** @param {number} index */
  const selectRow = (index) => {
    const rows = shownRequests(model);
    const row = Math.max(0, Math.min(index, rows.length - 1));
    select(rows[row]?.id);
  };
  return {
    select,
    /** @param {TokenRole} role */
    selectRole(role) {
      model.selectedRole = role;
      inspection.verify();
      onChange();
    },
    /**
     * Moves through the timeline by the keys of a list, and tells whether it used a key.
     *
     * @param {string} key
     */
    move(key) {
      const rows = shownRequests(model);
      const at = rows.findIndex(({ id }) => id === model.selectedId);
      const page = timeline.rowsAPage;
      const moves = /** @type {Record<string, number>} */ ({
        ...{ ArrowDown: at + 1, ArrowUp: at < 0 ? 0 : at - 1, Home: 0, End: rows.length - 1 },
        ...{ PageDown: at + page, PageUp: at - page },
      });
      const to = moves[key];
      if (to !== undefined) selectRow(to);
      return to !== undefined;
    },
  };
}
