/** @import { View } from "./page-view.js" */
import { html } from "lit-html";

/**
 * Draws the form that takes the admin token.
 *
 * @param {View} view
 */
export function adminTokenView({ useAdminToken }) {
  /** @param {SubmitEvent} event */
  const submit = (event) => {
    event.preventDefault();
    const form = /** @type {HTMLFormElement} */ (event.currentTarget);
    const token = String(new FormData(form).get("token") ?? "").trim();
    form.reset();
    if (token !== "") useAdminToken(token);
  };
  return html`
    <form class="admin-token" @submit=${submit}>
      <label>
        Admin token, printed at the start
        <input name="token" type="password" autocomplete="off" required />
      </label>
      <button>Use it</button>
    </form>
  `;
}
