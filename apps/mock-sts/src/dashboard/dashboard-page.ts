import { createHash } from "node:crypto";
import { DASHBOARD_PATH } from "../controls/http/control-paths.ts";
import { IMPORT_MAP } from "./dashboard-files.ts";

const IMPORT_MAP_TEXT = JSON.stringify(IMPORT_MAP);
const IMPORT_MAP_DIGEST = createHash("sha256").update(IMPORT_MAP_TEXT).digest("base64");

/** The HTML of the dashboard; its modules draw the content. */
export const DASHBOARD_PAGE = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>mock-sts</title>
<link rel="icon" href="${DASHBOARD_PATH}/icon.svg">
<link rel="stylesheet" href="${DASHBOARD_PATH}/theme.css">
<link rel="stylesheet" href="${DASHBOARD_PATH}/layout.css">
<link rel="stylesheet" href="${DASHBOARD_PATH}/timeline.css">
<link rel="stylesheet" href="${DASHBOARD_PATH}/inspector.css">
<link rel="stylesheet" href="${DASHBOARD_PATH}/controls.css">
<link rel="stylesheet" href="${DASHBOARD_PATH}/narrow.css">
<link rel="stylesheet" href="${DASHBOARD_PATH}/phone.css">
<script type="importmap">${IMPORT_MAP_TEXT}</script>
<script type="module" src="${DASHBOARD_PATH}/dashboard.js"></script>
<body><div id="app"></div><noscript>The dashboard needs JavaScript.</noscript></body>
</html>
`;

/**
 * The Content Security Policy of the page: it may load its own files, call its own origin, and
 * nothing else.
 *
 * Only the template library may turn text into HTML. The browser enforces that the content of
 * tokens and requests stays text.
 *
 * @see {@link https://www.w3.org/TR/CSP3/ Content Security Policy Level 3}
 * @see {@link https://www.w3.org/TR/trusted-types/ Trusted Types}
 */
export const DASHBOARD_POLICY: string = [
  "default-src 'none'",
  `script-src 'self' 'sha256-${IMPORT_MAP_DIGEST}'`,
  "style-src 'self'",
  "img-src 'self'",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
  "trusted-types lit-html",
].join("; ");
