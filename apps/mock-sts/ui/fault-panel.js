/** @import { View } from "./page-view.js" */
/** @import { EffectKind } from "./fault-effects.js" */
/** @import { FaultInfo } from "./mock-data.ts" */
import { html, nothing } from "lit-html";
import { repeat } from "lit-html/directives/repeat.js";
import { EFFECTS, PLACES } from "./fault-effects.js";
import { readFault } from "./fault-form-data.js";
import { effectText, matchText } from "./fault-text.js";

/**
 * Draws the faults that are set, and the form that sets one.
 *
 * @param {View} view
 */
export function faultPanel(view) {
  const { model, commands } = view;
  const faults = model.state?.faults ?? [];
  return html`
    <section class="panel" aria-labelledby="fault-title">
      <h2 id="fault-title">Faults ${faults.length === 0 ? nothing : html`<span class="tag warn">${faults.length} set</span>`}</h2>
      ${faultForm(view)}
      <ul class="faults">
        ${repeat(
          faults,
          ({ id }) => id,
          (fault) => faultLine(fault, commands),
        )}
      </ul>
      ${
        faults.length < 2
          ? nothing
          : html`<button type="button" @click=${() => commands.removeFaults()}>Take all back</button>`
      }
    </section>
  `;
}

/** @param {View} view */
function faultForm({ model, commands, redraw }) {
  const kind = /** @type {EffectKind} */ (model.effect);
  /** @param {SubmitEvent} event */
  const submit = (event) => {
    event.preventDefault();
    commands.addFault(
      readFault(new FormData(/** @type {HTMLFormElement} */ (event.currentTarget))),
    );
  };
  return html`
    <form class="fault-form" @submit=${submit}>
      <label class="wide">
        <span>Do</span>
        <select
          name="effect"
          @change=${(/** @type {Event} */ { target }) => {
            model.effect = /** @type {HTMLSelectElement} */ (target).value;
            redraw();
          }}
        >
          ${Object.entries(EFFECTS).map(([value, { label }]) => html`<option value=${value}>${label}</option>`)}
        </select>
      </label>
      ${repeat(
        EFFECTS[kind].fields ?? [],
        ({ name }) => name,
        ({ name, label, type, value = "" }) => html`
          <label>
            <span>${label}</span>
            <input name=${name} value=${value} inputmode=${type === "number" ? "numeric" : "text"} ?required=${value !== ""} />
          </label>
        `,
      )}
      <label class="wide">
        <span>To</span>
        <select name="place">
          ${PLACES.map(({ label }, index) => html`<option value=${index}>${label}</option>`)}
        </select>
      </label>
      <label>
        <span>Of user</span>
        <input name="subject" placeholder="anyone" list="subjects" autocomplete="off" />
      </label>
      <label>
        <span>Times</span>
        <select name="times">
          ${["1", "2", "3", "5", "10", "unlimited"].map((times) => html`<option>${times}</option>`)}
        </select>
      </label>
      <button class="primary wide">Set fault</button>
    </form>
  `;
}

/**
 * @param {FaultInfo} fault
 * @param {View["commands"]} commands
 */
function faultLine(fault, commands) {
  const { id, hits, effect, match = {} } = fault;
  const times = match.times === "unlimited" ? "∞" : (match.times ?? 1);
  return html`
    <li>
      <span>${effectText(effect)}<br /><small>to ${matchText(match)}</small></span>
      <small>${hits} of ${times} hit</small>
      <button type="button" class="quiet" aria-label="Take back fault ${id}" @click=${() => commands.removeFault(id)}>
        ✕
      </button>
    </li>
  `;
}
