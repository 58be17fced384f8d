import { html, nothing } from "lit-html";
import { dateText } from "./mock-time.js";

/** Claims whose numbers are instants in seconds (RFC 7519 §4.1). */
const INSTANTS = ["exp", "iat", "nbf", "auth_time", "updated_at"];

/**
 * Draws a decoded part of a token; its content is shown as text.
 *
 * @param {string} title
 * @param {Readonly<Record<string, unknown>>} claims
 */
export function claimsView(title, claims) {
  return html`
    <table class="claims">
      <caption>${title}</caption>
      <tbody>
        ${Object.entries(claims).map(
          ([name, value]) => html`
            <tr>
              <th scope="row">${name}</th>
              <td>${typeof value === "string" ? value : JSON.stringify(value)} ${instant(name, value)}</td>
            </tr>
          `,
        )}
      </tbody>
    </table>
  `;
}

/**
 * @param {string} name
 * @param {unknown} value
 */
function instant(name, value) {
  if (!INSTANTS.includes(name) || typeof value !== "number") return nothing;
  // A claim of a hostile token may name an impossible instant.
  return Math.abs(value) < 8e12 ? html`<small>${dateText(value * 1_000)}</small>` : nothing;
}
