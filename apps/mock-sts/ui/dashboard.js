import { render } from "lit-html";
import { createCommands } from "./commands.js";
import { LiveFeed } from "./live-feed.js";
import { MockClient } from "./mock-client.js";
import { createModel } from "./model.js";
import { pageView } from "./page-view.js";
import { createSelection } from "./selection.js";
import { TimelineWindow } from "./timeline-window.js";
import { createTokenInspection } from "./token-inspection.js";

const root = /** @type {HTMLElement} */ (document.getElementById("app"));
const model = createModel();
const mock = new MockClient();
const timeline = new TimelineWindow(() => redraw());
const inspection = createTokenInspection(model, { mock, onChange: () => redraw() });
const feed = new LiveFeed(model, {
  mock,
  onChange(isNewState) {
    if (isNewState) inspection.verify();
    redraw();
  },
});
const onChange = () => {
  feed.refresh();
  redraw();
};
const commands = createCommands(model, { mock, onChange });
const selection = createSelection(model, { inspection, timeline, onChange: () => redraw() });

const view = { model, commands, selection, inspection, timeline, useAdminToken, redraw };

let isPlanned = false;

/** Draws the page before the next frame; a hidden page is not drawn. */
function redraw() {
  if (isPlanned) return;
  isPlanned = true;
  requestAnimationFrame(() => {
    isPlanned = false;
    render(pageView(view), root);
    timeline.settle();
  });
}

/** @param {string} token */
function useAdminToken(token) {
  mock.useAdminToken(token);
  if (model.connection === "locked") feed.retry();
  else inspection.reveal();
}

/** Redraws the times each second, while the clock runs and the page is visible. */
function tick() {
  if (document.hidden || model.state?.clock.frozen || model.connection !== "live") return;
  redraw();
}

setInterval(tick, 1_000);
document.addEventListener("visibilitychange", () => {
  if (!document.hidden) feed.retry();
});
redraw();
feed.follow();
