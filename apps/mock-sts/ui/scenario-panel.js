/** @import { View } from "./page-view.js" */
import { html, nothing } from "lit-html";

/**
 * Draws the scenarios and the reset button.
 *
 * @param {View} view
 */
export function scenarioPanel({ model, commands }) {
  const applied = model.state?.scenario;
  /** @param {SubmitEvent} event */
  const apply = (event) => {
    event.preventDefault();
    const form = /** @type {HTMLFormElement} */ (event.currentTarget);
    commands.applyScenario(String(new FormData(form).get("scenario")));
  };
  return html`
    <section class="panel" aria-labelledby="scenario-title">
      <h2 id="scenario-title">
        Scenario ${applied === undefined ? nothing : html`<span class="tag warn">${applied}</span>`}
      </h2>
      <form class="line" @submit=${apply}>
        <select name="scenario" aria-label="Scenario">
          ${model.scenarios.map(({ name }) => html`<option>${name}</option>`)}
        </select>
        <button>Apply</button>
      </form>
      <div class="buttons">
        <button type="button" @click=${() => commands.reset()}>Reset the mock</button>
      </div>
    </section>
  `;
}
