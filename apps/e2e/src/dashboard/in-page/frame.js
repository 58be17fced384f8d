/**
 * Shows another page within this one.
 *
 * @param {string} url
 */
export async function frame(url) {
  const element = document.createElement("iframe");
  element.src = url;
  document.body.append(element);
  await new Promise((resolve) => element.addEventListener("load", resolve));
}
