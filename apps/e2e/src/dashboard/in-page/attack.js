/**
 * Tries every way a page has to change something at another origin.
 *
 * @param {string} url
 */
export async function attack(url) {
  for (const [method = "", path = "", body = ""] of changes) {
    for (const [mode, type] of ways) {
      await fetch(`${url}/__mock${path}`, {
        ...{ method, mode, headers: { "Content-Type": type }, credentials: "include" },
        ...(body !== "" && { body }),
      }).catch(() => undefined);
    }
    navigator.sendBeacon(`${url}/__mock${path}`, body);
    submit(`${url}/__mock${path}`, body);
  }
}

/** As a page would like to, and in the one way that a browser sends without asking the other origin. */
const ways = /** @type {const} */ ([
  ["cors", "application/json"],
  ["no-cors", "text/plain"],
]);

/** Changes to try, each by fetch, beacon and form. */
const changes = [
  ["POST", "/revoke", '{"all":true}'],
  ["POST", "/clock/advance", '{"ms":3600000}'],
  ["POST", "/clock/freeze"],
  ["POST", "/faults", '{"effect":{"kind":"html"}}'],
  ["POST", "/reset"],
  ["POST", "/rotate-keys"],
  ["PATCH", "/settings", '{"tokenLifetimeMs":1000}'],
  ["DELETE", "/requests"],
  ["DELETE", "/faults"],
];

/**
 * Sends a form of text, which can spell JSON but not its content type.
 *
 * @param {string} action
 * @param {string} body
 */
function submit(action, body) {
  const [form, frame, field] = [
    document.createElement("form"),
    document.createElement("iframe"),
    document.createElement("input"),
  ];
  // One of its own: a form sent to a frame that is still loading would end what it loads.
  frame.name = `frame ${document.forms.length}`;
  Object.assign(form, { method: "post", enctype: "text/plain", target: frame.name, action });
  Object.assign(field, { name: body.slice(0, -2), value: body.slice(-2) });
  form.append(field);
  document.body.append(frame, form);
  form.submit();
}
