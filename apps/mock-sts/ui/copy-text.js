/**
 * Puts a text into the clipboard.
 *
 * @param {string} text
 * @param {{ clipboard?: Pick<Clipboard, "writeText"> }} [browser]
 */
export async function copyText(text, { clipboard } = navigator) {
  try {
    // Browsers leave it out for pages that came by plain HTTP from another machine.
    if (clipboard !== undefined) return await clipboard.writeText(text);
  } catch {
    // The user or the browser does not permit it.
  }
  throw new Error("The browser does not let this page copy: select the command and copy it");
}
