import { type BodyReading, CountedBody } from "./counted-body.ts";

const BODY = Symbol("counted body");

interface Counted extends Response {
  [BODY]: CountedBody;
}

/**
 * Counts whatever is read of a response before the reader gets it, in place: a pipe or another response would cost more than
 * the rest of a call. This covers every way to read a response, and also its clones.
 *
 * @param reading what throws ends the reading: the body is then cancelled, and its reader gets the error.
 * @returns the body, so that it can be cancelled; `undefined` if the response has none.
 */
export function countResponse(response: Response, reading: BodyReading): CountedBody | undefined {
  if (response.body === null) return undefined;
  const body = new CountedBody(response.body, reading);
  // Another prototype costs an eighth of own properties. A response of another copy of undici has another prototype.
  if (Object.getPrototypeOf(response) === Response.prototype) {
    Object.setPrototypeOf(response, COUNTED);
  } else {
    Object.defineProperties(response, READERS);
  }
  (response as Counted)[BODY] = body;
  return body;
}

const READERS: PropertyDescriptorMap & ThisType<Counted> = {
  body: {
    configurable: true,
    get() {
      return this[BODY].stream;
    },
  },
  text: reader((response) => response[BODY].text()),
  json: reader((response) => response[BODY].json()),
  bytes: reader((response) => response[BODY].bytes()),
  arrayBuffer: reader(async (response) => (await response[BODY].bytes()).buffer),
  blob: reader(async (response) => {
    const type = response.headers.get("content-type") ?? "";
    return new Blob([await response[BODY].bytes()], { type });
  }),
  formData: reader((response) => uncounted(response, response[BODY].stream).formData()),
  clone: reader((response) => {
    if (response.bodyUsed) throw new TypeError("Cannot clone a response: its body was read");
    const [own, other] = response[BODY].stream.tee();
    // Both branches were counted before they parted.
    response[BODY] = new CountedBody(own, { count: () => {} });
    return uncounted(response, other);
  }),
};

function reader<R>(read: (response: Counted) => R): PropertyDescriptor {
  return {
    configurable: true,
    value(this: Counted) {
      return read(this);
    },
  };
}

function uncounted({ status, statusText, headers }: Response, body: ReadableStream): Response {
  return new Response(body, { status, statusText, headers });
}

const COUNTED: object = Object.create(Response.prototype, READERS);
