import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { text } from "node:stream/consumers";
import { connect as connectTls } from "node:tls";

/** A connection for bytes that an HTTP client does not send. */
export interface RawConnection {
  /** The stream to write to and read from, over TLS where the origin has `https:`. */
  readonly socket: Socket;
  /** The TCP connection below it. */
  readonly tcp: Socket;
}

/** Opens a connection to an origin; `ca` is the authority of its certificate. */
export async function openRaw(origin: string, ca: string): Promise<RawConnection> {
  const { protocol, port } = new URL(origin);
  const tcp = connect(Number(port), "127.0.0.1");
  const socket =
    protocol === "https:" ? connectTls({ socket: tcp, ca, servername: "localhost" }) : tcp;
  // Tests end connections in every way.
  for (const stream of [tcp, socket]) stream.on("error", () => {});
  await once(socket, protocol === "https:" ? "secureConnect" : "connect");
  return { socket, tcp };
}

/** Sends bytes and returns all that comes until the other side ends the connection. */
export async function sendRaw(origin: string, ca: string, bytes: string): Promise<string> {
  const { socket } = await openRaw(origin, ca);
  socket.write(bytes);
  return text(socket);
}
