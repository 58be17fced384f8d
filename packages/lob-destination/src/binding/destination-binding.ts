import { type Clock, TokenError } from "@agent-oauth/core";
import { isPlainObject } from "@agent-oauth/core/internal";
import {
  checkedText,
  checkValue,
  identifierViolation,
  type TextRule,
  urlRule,
} from "@agent-oauth/node/internal";
import {
  type ClientAuthentication,
  clientSecretPost,
  createClientCertificate,
  tlsClientAuth,
} from "@agent-oauth/token-endpoint";
import { z } from "zod";
import type { TokenUrlBinding } from "../destination-service/tenant-token-url.ts";
import { spreadCredentials } from "./spread-credentials.ts";

/** The credentials of a binding of the Destination Service. Further members are ignored, trailing newlines dropped. */
export interface DestinationBinding extends TokenUrlBinding {
  readonly clientid: string;
  /** Needed unless there are `certificate` and `key`; it is preferred to them. */
  readonly clientsecret?: string | undefined;
  /** PEM: the client certificate, then its intermediate ones. */
  readonly certificate?: string | undefined;
  /** PEM, unencrypted. */
  readonly key?: string | undefined;
  /** Base URL of the Destination Service, which is not `url`. */
  readonly uri: string;
}

/** The client and the services that a binding describes. */
export interface DestinationAccess {
  readonly clientId: string;
  readonly authentication: ClientAuthentication;
  /** Root of the Destination Service's API, without a trailing slash. */
  readonly apiUrl: string;
  /** The binding without its secrets. */
  readonly tokenUrls: TokenUrlBinding;
  /** Returns the texts that no message may show: a function, so that printing this shows none of them. */
  readonly secrets: () => readonly string[];
}

/** How a binding is checked. */
export interface CheckBindingOptions {
  /** How messages call it, such as `option "binding"`. */
  readonly origin: string;
  readonly allowInsecureHosts: readonly string[];
  /** Tells whether a certificate has expired. */
  readonly clock: Clock;
  /** Names the setting that holds a member. Default the member's name. */
  readonly settingOf?: ((member: string) => string) | undefined;
}

/**
 * Checks the credentials of a binding, the certificate's key and validity included. They may stand inside one JSON document.
 *
 * @throws TokenError `ERR_TOKEN_CONFIG` naming every member that is missing or wrong, `ERR_TOKEN_CREDENTIAL` if certificate
 * and key cannot be used. No value is shown.
 */
export function checkDestinationBinding(
  value: unknown,
  { origin, allowInsecureHosts, clock, settingOf = (member) => member }: CheckBindingOptions,
): DestinationAccess {
  const checked = checkValue(
    bindingSchema(allowInsecureHosts, settingOf),
    withoutReplaced(spreadCredentials(value)),
    { whole: "it", settingOf },
  );
  if ("violations" in checked) {
    throw new TokenError("ERR_TOKEN_CONFIG", `Cannot use ${origin}: ${checked.violations}`);
  }
  const { clientid, clientsecret, certificate, key, uri, ...rest } = checked.data;
  const { [CREDENTIAL_TYPE]: _, ...tokenUrls } = rest;
  return {
    clientId: clientid,
    authentication:
      clientsecret === undefined
        ? certificateAuthentication({ certificate, key }, { origin, clock })
        : clientSecretPost(clientsecret),
    apiUrl: `${uri.replace(/\/+$/, "")}/destination-configuration`,
    tokenUrls,
    secrets: () => (clientsecret === undefined ? [] : [clientsecret]),
  };
}

/** A secret replaces the certificate, so what is written about that is not read. */
function withoutReplaced(binding: unknown): unknown {
  if (!isPlainObject(binding)) return binding;
  const { clientsecret } = binding;
  const hasSecret = typeof clientsecret === "string" && clientsecret.trim() !== "";
  return hasSecret ? { ...binding, certificate: null, key: null, certurl: null } : binding;
}

function bindingSchema(
  allowInsecureHosts: readonly string[],
  settingOf: (member: string) => string,
) {
  const url = text(urlRule({ allowInsecureHosts, query: false }));
  const plain = text(() => undefined);
  return z
    .object(
      {
        clientid: text(identifierViolation),
        clientsecret: absentIfBlank(plain),
        certificate: absentIfBlank(plain),
        key: absentIfBlank(plain),
        certurl: absentIfBlank(url),
        url,
        uri: url,
        identityzone: absentIfBlank(text(identifierViolation)),
        uaadomain: absentIfBlank(domain),
        [CREDENTIAL_TYPE]: z.unknown().optional(),
      },
      { error: "must be an object" },
    )
    .refine(
      ({ clientsecret, certificate, key }) =>
        [clientsecret, certificate, key].some((member) => member !== undefined),
      {
        path: ["clientsecret"],
        error: ({ input }) => withoutSecret(input, settingOf),
        when: isObject,
      },
    )
    .refine(
      ({ clientsecret, certificate, key }) =>
        clientsecret !== undefined || certificate === undefined || key !== undefined,
      { path: ["key"], error: "is missing", when: isObject },
    )
    .refine(
      ({ clientsecret, certificate, key }) =>
        clientsecret !== undefined || key === undefined || certificate !== undefined,
      { path: ["certificate"], error: "is missing", when: isObject },
    );
}

/** Checked even if other members are wrong: one message names everything. */
function isObject({ value }: { readonly value: unknown }): boolean {
  return typeof value === "object" && value !== null;
}

const CREDENTIAL_TYPE = "credential-type";
/** Any other text may be a secret in the wrong place. */
const KNOWN_TYPE = /^(?:x509|binding|instance)[a-z_-]{0,20}$/;

/** Says that there is nothing to authenticate with, and of which kind the binding is. */
function withoutSecret(binding: unknown, settingOf: (member: string) => string): string {
  const type: unknown = Object.entries(binding ?? {}).find(
    ([name]) => name === CREDENTIAL_TYPE,
  )?.[1];
  const missing = `is missing, and so are ${settingOf("certificate")} and ${settingOf("key")}`;
  if (typeof type !== "string" || !KNOWN_TYPE.test(type)) return missing;
  return `${missing}; the ${CREDENTIAL_TYPE} ${type} brings none of them, so request a binding of the type binding-secret or x509`;
}

/** Mounted files may end in newlines that are not part of the value. */
function text(rule: TextRule) {
  return z.preprocess(
    (value) => (typeof value === "string" ? value.replace(/[\r\n]+$/, "") : value),
    checkedText(rule),
  );
}

function absentIfBlank<T extends z.ZodType>(schema: T) {
  return z.preprocess(
    (value) =>
      value === null || (typeof value === "string" && value.trim() === "") ? undefined : value,
    schema.optional(),
  );
}

/** Some bindings write it with a scheme. */
const domain = text((domain) =>
  /^(?:https:\/\/)?[a-z0-9.-]+(?::\d+)?\/?$/i.test(domain) ? undefined : "is not a domain",
).transform((domain) => domain.replace(/^https:\/\//i, "").replace(/\/$/, ""));

function certificateAuthentication(
  { certificate = "", key = "" }: Pick<DestinationBinding, "certificate" | "key">,
  { origin, clock }: Pick<CheckBindingOptions, "origin" | "clock">,
): ClientAuthentication {
  try {
    return tlsClientAuth(createClientCertificate({ certificate, key }, { clock }));
  } catch (error) {
    if (!TokenError.isInstance(error)) throw error;
    const reason = error.message.replace(/^Cannot use the client certificate: /, "");
    const cause = error.cause instanceof Error ? error.cause : undefined;
    throw new TokenError(error.code, `Cannot use ${origin}: ${reason}`, { cause });
  }
}
