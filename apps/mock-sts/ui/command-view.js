/** @import { View } from "./page-view.js" */
import { html } from "lit-html";

/**
 * Draws a command line with a button that copies it.
 *
 * @param {View} view
 * @param {string} command
 */
export function commandView({ commands }, command) {
  return html`
    <div class="command">
      <code>${command}</code>
      <button type="button" aria-label="Copy the command ${command}" @click=${() => commands.copy(command)}>
        Copy
      </button>
    </div>
  `;
}
