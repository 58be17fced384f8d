/**
 * Lists the cells of the drawn requests whose text is not visible as a whole.
 */
export function clippedCells() {
  return [...document.querySelectorAll("tr.request td")]
    .filter((cell) => cell.textContent?.trim() !== "" && isClipped(cell))
    .map(({ className, textContent }) => `${className}: ${textContent?.trim()}`);
}

/** @param {Element} cell */
function isClipped(cell) {
  const { left, right, bottom, width } = cell.getBoundingClientRect();
  const row = /** @type {Element} */ (cell.parentElement).getBoundingClientRect();
  const { scrollWidth, clientWidth, scrollHeight, clientHeight } = cell;
  return (
    width === 0 ||
    left < row.left ||
    right > Math.min(row.right, innerWidth) ||
    bottom > row.bottom + 1 ||
    scrollWidth > clientWidth ||
    scrollHeight > clientHeight + 1
  );
}
