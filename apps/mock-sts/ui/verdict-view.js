/** @import { TokenVerdict } from "./mock-data.ts" */
import { html } from "lit-html";
import { spanText } from "./spans-of-time.js";

/** @typedef {{ tone: "good" | "bad" | "plain", text: string }} Finding */

/**
 * Draws the verdict on a token.
 *
 * @param {TokenVerdict} verdict
 * @param {number} now The mock's time.
 */
export function verdictView(verdict, now) {
  const findings = [
    expiryOf(verdict, now),
    SIGNATURES[verdict.signature],
    revocationOf(verdict),
    bindingOf(verdict),
  ];
  return html`
    <ul class="verdict" aria-label="Verdict">
      ${findings.map(({ tone, text }) => html`<li class=${tone}>${text}</li>`)}
    </ul>
  `;
}

/** @type {Readonly<Record<TokenVerdict["signature"], Finding>>} */
const SIGNATURES = {
  good: { tone: "good", text: "signature good" },
  bad: { tone: "bad", text: "signature bad" },
  "unknown-key": { tone: "bad", text: "signed by a key that is not the mock’s" },
  none: { tone: "plain", text: "not signed" },
};

/**
 * @param {TokenVerdict} verdict
 * @param {number} now
 * @returns {Finding}
 */
function expiryOf({ expiresAt }, now) {
  if (expiresAt === undefined) return { tone: "plain", text: "no expiry" };
  const left = expiresAt - now;
  return left > 0
    ? { tone: "good", text: `expires in ${spanText(left)}` }
    : { tone: "bad", text: `expired ${spanText(left)} ago` };
}

/**
 * @param {TokenVerdict} verdict
 * @returns {Finding}
 */
function revocationOf({ revoked }) {
  if (revoked === undefined) return { tone: "plain", text: "not issued by the mock" };
  return revoked ? { tone: "bad", text: "revoked" } : { tone: "good", text: "not revoked" };
}

/**
 * @param {TokenVerdict} verdict
 * @returns {Finding}
 */
function bindingOf({ binding }) {
  if (binding === undefined) return { tone: "plain", text: "not bound" };
  const to = binding.x5tS256 === undefined ? "DPoP key" : "certificate";
  if (binding.matches === undefined) return { tone: "plain", text: `bound to a ${to}` };
  return binding.matches
    ? { tone: "good", text: `came with its ${to}` }
    : { tone: "bad", text: `came without its ${to}` };
}
