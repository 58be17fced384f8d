/** The ring around what has the focus, and whether a picture shows all of it. */

/** Returns what has the focus, and the box that its ring is around. */
export function focusRing() {
  const focused = document.activeElement ?? document.body;
  const owner = focused.matches("table") ? focused.closest(".timeline") : focused;
  const { x, y, width, height } = (owner ?? focused).getBoundingClientRect();
  const { outlineStyle, outlineColor } = getComputedStyle(owner ?? focused);
  return {
    name: `${focused.tagName} ${focused.getAttribute("aria-label") ?? focused.getAttribute("name") ?? focused.textContent?.trim()}`,
    hasOutline: outlineStyle !== "none",
    box: { x, y, width, height },
    color: outlineColor,
  };
}

/**
 * Lists the sides of a ring that a picture does not show as a whole.
 *
 * @param {{ picture: string, color: string, room: number, box: { x: number, y: number, width: number, height: number } }} what
 *   The picture shows the box and the room around it.
 */
export async function gapsOf({ picture, color, room, box }) {
  const bytes = Uint8Array.from(atob(picture), (char) => char.charCodeAt(0));
  const bitmap = await createImageBitmap(new Blob([bytes], { type: "image/png" }));
  const canvas = new OffscreenCanvas(bitmap.width, bitmap.height).getContext("2d", {
    willReadFrequently: true,
  });
  if (canvas === null) throw new Error("There is nothing to paint on");
  canvas.drawImage(bitmap, 0, 0);
  const [red = 0, green = 0, blue = 0] = (color.match(/[\d.]+/g) ?? []).map(Number);
  /** @type {(x: number, y: number) => boolean} */
  const isRing = (x, y) => {
    const [r = 0, g = 0, b = 0] = canvas.getImageData(x, y, 1, 1).data;
    return Math.abs(r - red) + Math.abs(g - green) + Math.abs(b - blue) < 60;
  };
  const depths = Array.from({ length: room }, (_, depth) => depth);
  const [right, bottom] = [room + box.width, room + box.height];
  const sides = {
    top: along(room, right, (at) => depths.some((depth) => isRing(at, depth))),
    bottom: along(room, right, (at) => depths.some((depth) => isRing(at, bottom + depth))),
    left: along(room, bottom, (at) => depths.some((depth) => isRing(depth, at))),
    right: along(room, bottom, (at) => depths.some((depth) => isRing(right + depth, at))),
  };
  return Object.entries(sides).flatMap(([side, isWhole]) => (isWhole ? [] : [side]));
}

/**
 * Tests every pixel of a side but those of the round corners.
 *
 * @param {number} from
 * @param {number} to
 * @param {(at: number) => boolean} test
 */
function along(from, to, test) {
  for (let at = from + CORNER; at < to - CORNER; at++) if (!test(at)) return false;
  return true;
}

const CORNER = 9;
