/** Height of a row in pixels, as in `timeline.css`. */
const ROW_HEIGHT = 26;

/** Rows that are drawn beyond the visible ones, on each side. */
const MARGIN = 8;

/**
 * Counts the whole rows that are visible at a height.
 *
 * @param {number} height
 */
export function rowsAPage(height) {
  return Math.max(1, Math.floor(height / ROW_HEIGHT) - 2);
}

/** Tracks the visible rows of a long list: only they are drawn. */
export class TimelineWindow {
  /** Height of the list in pixels. */
  height = 600;
  #top = 0;
  /** Id of the topmost row, so that new rows above it do not move the view. */
  #anchorId = 0;
  /** @type {HTMLElement | undefined} */
  #element;
  /** Id of the row that stays in view when the list gets smaller, until the user scrolls. */
  #revealedId = /** @type {number | undefined} */ (undefined);
  /** @type {readonly { readonly id: number }[]} */
  #rows = [];
  #onChange;
  #resizes = new ResizeObserver(([entry]) => {
    this.height = entry?.contentRect.height ?? this.height;
    if (this.#revealedId !== undefined) this.reveal(this.#revealedId);
    this.#onChange();
  });

  /** @param {() => void} onChange */
  constructor(onChange) {
    this.#onChange = onChange;
  }

  /**
   * Returns the part of a list to draw, and the heights of the parts left out.
   *
   * @template {{ readonly id: number }} T
   * @param {readonly T[]} rows
   */
  of(rows) {
    this.#rows = rows;
    if (this.#top > 0) this.#top = this.#topOfAnchor(rows);
    const first = Math.max(0, Math.floor(this.#top / ROW_HEIGHT) - MARGIN);
    const last = Math.min(rows.length, Math.ceil((this.#top + this.height) / ROW_HEIGHT) + MARGIN);
    return {
      ...{ rows: rows.slice(first, last), first },
      above: first * ROW_HEIGHT,
      below: (rows.length - last) * ROW_HEIGHT,
    };
  }

  /** Scrolls the list, once it is drawn, to its intended position. */
  settle() {
    const element = document.getElementById("timeline-rows") ?? undefined;
    if (element !== this.#element) {
      this.#element = element;
      this.#resizes.disconnect();
      if (element !== undefined) this.#resizes.observe(element);
    }
    if (element !== undefined && Math.abs(element.scrollTop - this.#top) >= 1) {
      element.scrollTop = this.#top;
    }
  }

  /** Notes the scroll position of the user. */
  scrolled() {
    const top = this.#element?.scrollTop ?? 0;
    if (Math.abs(top - this.#top) < 1) return;
    this.#revealedId = undefined;
    this.#moveTo(top);
  }

  /**
   * Brings a row into view.
   *
   * @param {number} id
   */
  reveal(id) {
    this.#revealedId = id;
    const row = this.#rows.findIndex((it) => it.id === id);
    if (row < 0) return;
    const from = row * ROW_HEIGHT;
    const to = (row + 1) * ROW_HEIGHT + HEAD_HEIGHT;
    const lowest = this.#top + this.height;
    if (from < this.#top) this.#moveTo(Math.max(0, from - CONTEXT));
    else if (to > lowest)
      this.#moveTo(
        Math.min(to + CONTEXT, this.#rows.length * ROW_HEIGHT + HEAD_HEIGHT) - this.height,
      );
  }

  /** @param {number} top */
  #moveTo(top) {
    this.#top = top;
    this.#anchorId = this.#rows[Math.floor(top / ROW_HEIGHT)]?.id ?? 0;
    this.#onChange();
  }

  /** @param {readonly { readonly id: number }[]} rows */
  #topOfAnchor(rows) {
    const row = rows.findIndex(({ id }) => id <= this.#anchorId);
    if (row < 0) return 0;
    return row * ROW_HEIGHT + (this.#top % ROW_HEIGHT);
  }
}

/** How much of its neighbours is visible when a row is brought into view. */
const CONTEXT = 2 * ROW_HEIGHT;

/** The head of the list stays in view and covers as much. */
const HEAD_HEIGHT = 28;
