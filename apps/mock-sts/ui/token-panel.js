/** @import { View } from "./page-view.js" */
import { html } from "lit-html";
import { partiesOf } from "./request-facts.js";

/**
 * Draws the controls of tokens and keys.
 *
 * @param {View} view
 */
export function tokenPanel({ model, commands }) {
  const subjects = new Set(model.requests.map((request) => partiesOf(request).subject ?? ""));
  /** @param {SubmitEvent} event */
  const revoke = (event) => {
    const subject = submitted(event, "subject");
    commands.revoke({ subject }, `of ${subject}`);
  };
  const lifetime = (model.state?.settings.tokenLifetimeMs ?? 0) / 1_000;
  return html`
    <section class="panel" aria-labelledby="token-title">
      <h2 id="token-title">Tokens and keys</h2>
      <datalist id="subjects">
        ${[...subjects].filter(Boolean).map((subject) => html`<option value=${subject}></option>`)}
      </datalist>
      <form class="line" @submit=${revoke}>
        <label for="revoke-subject">Tokens of</label>
        <input id="revoke-subject" name="subject" list="subjects" placeholder="alice" required autocomplete="off" />
        <button>Revoke</button>
      </form>
      <form
        class="line"
        @submit=${(/** @type {SubmitEvent} */ event) => commands.setLifetime(Number(submitted(event, "lifetime")))}
      >
        <label for="lifetime">Lifetime, s</label>
        <input id="lifetime" name="lifetime" inputmode="numeric" .value=${String(lifetime)} required autocomplete="off" />
        <button>Set</button>
      </form>
      <div class="buttons">
        <button type="button" @click=${() => commands.revoke({ all: true }, "of all")}>Revoke all</button>
        <button type="button" @click=${() => commands.rotateKeys()}>Rotate keys</button>
        <button type="button" @click=${() => commands.forgetSessions()}>Forget MCP sessions</button>
      </div>
    </section>
  `;
}

/**
 * Returns the values of a submitted form.
 *
 * @param {SubmitEvent} event
 * @param {string} name
 */
function submitted(event, name) {
  event.preventDefault();
  const form = /** @type {HTMLFormElement} */ (event.currentTarget);
  return String(new FormData(form).get(name) ?? "").trim();
}
