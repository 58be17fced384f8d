/**
 * Measures the contrast of every text on the page with what is behind it.
 *
 * @see {@link https://www.w3.org/TR/WCAG22/#contrast-minimum WCAG 2.2, 1.4.3}
 */
export function contrasts() {
  return [...document.querySelectorAll("#app *")]
    .filter((element) => hasText(element) && !element.matches(":disabled"))
    .map((element) => ({
      text: element.textContent?.trim().slice(0, 30),
      ratio: ratioOf(element),
    }));
}

/** @param {Element} element */
function hasText({ childNodes }) {
  return [...childNodes].some((node) => node instanceof Text && node.data.trim() !== "");
}

/** @param {Element} element */
function ratioOf(element) {
  const behind = ["white"];
  /** @type {Element | null} */
  let it = element;
  for (; it !== null; it = it.parentElement) {
    behind.splice(1, 0, getComputedStyle(it).backgroundColor);
  }
  const text = luminance([...behind, getComputedStyle(element).color]);
  const back = luminance(behind);
  return (Math.max(text, back) + 0.05) / (Math.min(text, back) + 0.05);
}

/**
 * Paints colors over each other, whatever way they are written, and measures what is seen.
 *
 * @param {readonly string[]} colors
 */
function luminance(colors) {
  const canvas = new OffscreenCanvas(1, 1).getContext("2d");
  if (canvas === null) throw new Error("There is nothing to paint on");
  for (const color of colors) {
    canvas.fillStyle = color;
    canvas.fillRect(0, 0, 1, 1);
  }
  const [red = 0, green = 0, blue = 0] = [...canvas.getImageData(0, 0, 1, 1).data].map((value) => {
    const part = value / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}
