/** @import { View } from "./page-view.js" */
import { html } from "lit-html";
import { parseSpan, spanText } from "./spans-of-time.js";

const STEPS = /** @type {const} */ ([60_000, 600_000, 3_600_000, 86_400_000]);

/**
 * Draws the controls of the mock's clock.
 *
 * @param {View} view
 */
export function clockPanel({ model, commands }) {
  const { frozen = false, offsetMs = 0 } = model.state?.clock ?? {};
  return html`
    <section class="panel" aria-labelledby="clock-title">
      <h2 id="clock-title">Clock</h2>
      <div class="buttons">
        ${STEPS.map(
          (ms) => html`
            <button type="button" @click=${() => commands.advanceClock(ms, spanText(ms))}>
              +${spanText(ms)}
            </button>
          `,
        )}
      </div>
      <form class="line" @submit=${(/** @type {SubmitEvent} */ event) => advance(event, commands)}>
        <input name="span" aria-label="Span of time to advance by" size="8" placeholder="90s, 5 min" required autocomplete="off" />
        <button>Advance</button>
      </form>
      <div class="buttons">
        <button type="button" @click=${() => (frozen ? commands.releaseClock() : commands.freezeClock())}>
          ${frozen ? "Let it run" : "Freeze"}
        </button>
        <button type="button" ?disabled=${!frozen && Math.abs(offsetMs) < 1} @click=${() => commands.resetClock()}>
          Back to real time
        </button>
      </div>
    </section>
  `;
}

/**
 * @param {SubmitEvent} event
 * @param {View["commands"]} commands
 */
function advance(event, commands) {
  event.preventDefault();
  const form = /** @type {HTMLFormElement} */ (event.currentTarget);
  const input = /** @type {HTMLInputElement} */ (form.elements.namedItem("span"));
  const ms = parseSpan(input.value);
  input.setCustomValidity(
    ms === undefined ? "Write a span of time, such as 90s, 5 min or -2h" : "",
  );
  if (ms === undefined) return void form.reportValidity();
  commands.advanceClock(ms, `${ms < 0 ? "−" : ""}${spanText(ms)}`);
  form.reset();
}
