/**
 * Tries every way a page has to read something of another origin, and returns what each one got.
 *
 * @param {string} url
 */
export async function readEverything(url) {
  /** @type {Record<string, string>} */
  const got = {};
  for (const [name, read] of Object.entries(readings)) {
    got[name] = await read(url).then(String, () => "refused");
  }
  return got;
}

/** @type {Record<string, (url: string) => Promise<unknown>>} */
const readings = {
  fetch: (url) => fetch(`${url}/__mock/state`).then((answer) => answer.text()),
  "fetch of the page": (url) => fetch(url).then((answer) => answer.text()),
  "fetch no-cors": (url) =>
    fetch(`${url}/__mock/state`, { mode: "no-cors" }).then((answer) => answer.text()),
  EventSource: (url) =>
    new Promise((resolve, reject) => {
      const events = new EventSource(`${url}/__mock/events?sinceAnswerId=0`);
      for (const type of ["open", "message", "request"]) events.addEventListener(type, resolve);
      events.addEventListener("error", () => {
        events.close();
        reject(new Error("refused"));
      });
    }),
  script: (url) => {
    const script = document.createElement("script");
    script.type = "module";
    script.src = `${url}/__mock/ui/model.js`;
    return loaded(script);
  },
  "style sheet": (url) => {
    const link = document.createElement("link");
    link.rel = "stylesheet";
    link.href = `${url}/__mock/ui/theme.css`;
    return loaded(link);
  },
  image: (url) => {
    const image = document.createElement("img");
    image.src = `${url}/__mock/ui/icon.svg`;
    return loaded(image);
  },
};

/** @param {HTMLElement} element */
function loaded(element) {
  return new Promise((resolve, reject) => {
    element.onload = resolve;
    element.onerror = () => reject(new Error("refused"));
    document.documentElement.append(element);
  });
}
