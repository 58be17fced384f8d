/** Lists the parts of the page that are wider than the room they have. */
export function overflowing() {
  const parts = ["html", "header", ".summary", ".filter-bar", ".inspector", "aside", ".panel"];
  return parts
    .flatMap((part) => [...document.querySelectorAll(part)])
    .filter(({ scrollWidth, clientWidth }) => scrollWidth > clientWidth)
    .map(({ tagName, className, scrollWidth, clientWidth }) => ({
      ...{ tagName, className, scrollWidth, clientWidth },
    }));
}
