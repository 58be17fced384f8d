/** Says what has the focus, and whether one can see that. */
export function focused() {
  const element = document.activeElement ?? document.body;
  const { outlineStyle, outlineWidth } = getComputedStyle(element);
  const hasOutline = outlineStyle !== "none" && Number.parseFloat(outlineWidth) >= 2;
  const list = element.closest(".rows");
  const hasRing = list !== null && getComputedStyle(list).boxShadow !== "none";
  return {
    name: `${element.tagName} ${element.getAttribute("role") ?? element.getAttribute("name") ?? element.textContent?.trim()}`,
    isSeen: hasOutline || hasRing,
  };
}
