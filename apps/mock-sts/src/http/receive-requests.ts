import type { X509Certificate } from "node:crypto";
import type { Socket } from "node:net";
import { TLSSocket } from "node:tls";
import { RESPONSE_ALREADY_SENT } from "@hono/node-server/utils/response";
import type { Context, MiddlewareHandler } from "hono";
import type { Faults } from "../faults/faults.ts";
import type { KeyRings } from "../keys/key-rings.ts";
import { certificateThumbprint } from "../oauth/fingerprint.ts";
import { OAuthError } from "../oauth/oauth-error.ts";
import { noteRefusal } from "../recording/note-refusal.ts";
import type { OpenRecord, RecordedTls } from "../recording/recorded-request.ts";
import type { RecordingRecorder } from "../recording/recorder.ts";
import { proxiedCertificate } from "../tls/proxied-certificate.ts";
import { applyFault } from "./apply-fault.ts";
import { type DescribeRequestOptions, describeRequest } from "./describe-request.ts";
import { presentedCertificate } from "./listener.ts";
import type { MockEnv } from "./received-request.ts";
import { readBody } from "./request-body.ts";

/** Largest request body that is read, in bytes. */
const MAX_BODY_BYTES = 1_048_576;

/** The parts of a mock that recording and faults need. */
export interface ReceiveRequestsOptions extends DescribeRequestOptions {
  readonly recorder: RecordingRecorder;
  readonly faults: Faults;
  /** The keys that faults sign changed tokens with. */
  readonly keys: KeyRings;
  /** Header in which a proxy forwards client certificates; `undefined`: there is no proxy. */
  readonly clientCertificateHeader: string | undefined;
}

/** Creates the first middleware of every listener: reads the body, records, and applies faults. */
export function receiveRequests(options: ReceiveRequestsOptions): MiddlewareHandler<MockEnv> {
  const { recorder, tokens, faults, keys, clock } = options;
  const describeTls = createTlsDescriber();
  return async (c, next) => {
    const startedAt = performance.now();
    const certificate = certificateOf(c, options);
    const tls = describeTls(c.env.incoming.socket, certificate);
    const { text: body, state } = await readBody(c.req.raw, MAX_BODY_BYTES);
    const record = recorder.begin(describeRequest(c, { options, tls, body }), recordBytes(c, body));
    c.set("received", { record, body, certificate, tokens });
    // A sender that has stopped gets no response, and no fault counts its request.
    const effect = state === "cut-off" ? undefined : await faults.apply(record);
    if (effect !== undefined) {
      await applyFault(c, next, { effect, keys, nowMs: clock.now() });
    } else if (state === "cut-off") c.res = RESPONSE_ALREADY_SENT;
    else if (state === "too-large") c.res = tooLarge(record);
    else await next();
    const isAnswered = state !== "cut-off" && !record.fault?.startsWith("reset");
    if (isAnswered) record.status = c.res.status;
    record.durationMs = performance.now() - startedAt;
    recorder.finish(record);
  };
}

/** The highest weight of a record: it has the texts of the request once, and claims of the same length. */
function recordBytes(c: Context<MockEnv>, body: string): number {
  const headers = c.env.incoming.rawHeaders.reduce((sum, text) => sum + text.length, 0);
  return 1_000 + 2 * (body.length + headers + c.req.url.length);
}

/** Any client can write this header: it counts only if the options say that a proxy writes it. */
function certificateOf(
  c: Context<MockEnv>,
  { clientCertificateHeader: header }: ReceiveRequestsOptions,
): X509Certificate | undefined {
  if (header === undefined) return presentedCertificate(c.env.incoming);
  return proxiedCertificate(c.req.raw.headers.get(header));
}

/** Numbers a listener's connections, and notes which request is the first on its connection. */
function createTlsDescriber() {
  let connections = 0;
  const seen = new WeakMap<Socket, number>();
  return (socket: Socket, certificate: X509Certificate | undefined): RecordedTls => {
    const known = seen.get(socket);
    const connection = known ?? ++connections;
    seen.set(socket, connection);
    return {
      connection,
      newSocket: known === undefined,
      sessionReused: socket instanceof TLSSocket && socket.isSessionReused(),
      clientCertificate: certificate && certificateThumbprint(certificate.raw),
    };
  };
}

function tooLarge(record: OpenRecord): Response {
  const options = { status: 413, headers: { Connection: "close" } };
  const refusal = new OAuthError("invalid_request", "the body is too large", options);
  noteRefusal(record, { error: refusal.error, description: refusal.message });
  return refusal.toResponse();
}
