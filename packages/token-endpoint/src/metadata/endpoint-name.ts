/** An endpoint as metadata names it (RFC 8414 §2), such as `backchannel_authentication_endpoint`. */
export type EndpointName = `${string}_endpoint`;

/** Names an endpoint in messages: "token endpoint". */
export function endpointLabel(name: EndpointName): string {
  return name.replaceAll("_", " ");
}
