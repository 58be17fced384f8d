import { createHash } from "node:crypto";
import { dashboardPath } from "../controls/http/control-paths.ts";
import { importMap } from "./dashboard-files.ts";

const importMapText = JSON.stringify(importMap);
const importMapDigest = createHash("sha256").update(importMapText).digest("base64");

/** The page of the dashboard: what it shows is drawn by its modules. */
export const dashboardPage = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>mock-sts</title>
<link rel="icon" href="${dashboardPath}/icon.svg">
<link rel="stylesheet" href="${dashboardPath}/theme.css">
<link rel="stylesheet" href="${dashboardPath}/layout.css">
<link rel="stylesheet" href="${dashboardPath}/timeline.css">
<link rel="stylesheet" href="${dashboardPath}/inspector.css">
<link rel="stylesheet" href="${dashboardPath}/controls.css">
<link rel="stylesheet" href="${dashboardPath}/narrow.css">
<script type="importmap">${importMapText}</script>
<script type="module" src="${dashboardPath}/dashboard.js"></script>
<body><div id="app"></div><noscript>The dashboard needs JavaScript.</noscript></body>
</html>
`;

/**
 * What the page may do: load its own files, ask its own origin, and nothing else.
 *
 * Only the library that draws may make HTML of text, which is that of its templates: whatever a
 * token or a request says stays text, and the browser sees to it.
 *
 * @see {@link https://www.w3.org/TR/CSP3/ Content Security Policy Level 3}
 * @see {@link https://www.w3.org/TR/trusted-types/ Trusted Types}
 */
export const dashboardPolicy: string = [
  "default-src 'none'",
  `script-src 'self' 'sha256-${importMapDigest}'`,
  "style-src 'self'",
  "img-src 'self'",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
  "trusted-types lit-html",
].join("; ");
