/** Rows that are drawn beyond the visible ones, on each side. */
const MARGIN = 8;

/** Tracks the visible rows of a long list: only they are drawn. */
export class TimelineWindow {
  /** Height of the list in pixels. */
  height = 600;
  /** Heights of a row and of the head, which stays in view, in pixels: as in the style sheets. */
  #rowHeight = 26;
  #headHeight = 28;
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
    this.#measure();
    if (this.#revealedId !== undefined) this.reveal(this.#revealedId);
    this.#onChange();
  });

  /** @param {() => void} onChange */
  constructor(onChange) {
    this.#onChange = onChange;
  }

  /** The whole rows that are visible. */
  get rowsAPage() {
    return Math.max(1, Math.floor(this.height / this.#rowHeight) - 2);
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
    const first = Math.max(0, Math.floor(this.#top / this.#rowHeight) - MARGIN);
    const last = Math.min(
      rows.length,
      Math.ceil((this.#top + this.height) / this.#rowHeight) + MARGIN,
    );
    return {
      rows: rows.slice(first, last),
      first,
      above: first * this.#rowHeight,
      below: (rows.length - last) * this.#rowHeight,
    };
  }

  /** Scrolls the list, once it is drawn, to its intended position. */
  settle() {
    const element = document.getElementById("timeline-rows") ?? undefined;
    if (element !== this.#element) {
      this.#element = element;
      this.#measure();
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
    const from = row * this.#rowHeight;
    const to = (row + 1) * this.#rowHeight + this.#headHeight;
    const lowest = this.#top + this.height;
    // So much of its neighbours is visible.
    const context = 2 * this.#rowHeight;
    if (from < this.#top) this.#moveTo(Math.max(0, from - context));
    else if (to > lowest)
      this.#moveTo(
        Math.min(to + context, this.#rows.length * this.#rowHeight + this.#headHeight) -
          this.height,
      );
  }

  /** @param {number} top */
  #moveTo(top) {
    this.#top = top;
    this.#anchorId = this.#rows[Math.floor(top / this.#rowHeight)]?.id ?? 0;
    this.#onChange();
  }

  /** @param {readonly { readonly id: number }[]} rows */
  #topOfAnchor(rows) {
    const row = rows.findIndex(({ id }) => id <= this.#anchorId);
    if (row < 0) return 0;
    return row * this.#rowHeight + (this.#top % this.#rowHeight);
  }

  /** Rows are higher where the page is narrow: the list stays at the same row. */
  #measure() {
    if (this.#element === undefined) return;
    const style = getComputedStyle(this.#element);
    const rowHeight = Number.parseFloat(style.getPropertyValue("--row-height"));
    this.#top *= rowHeight / this.#rowHeight;
    this.#rowHeight = rowHeight;
    this.#headHeight = Number.parseFloat(style.getPropertyValue("--head-height"));
  }
}
