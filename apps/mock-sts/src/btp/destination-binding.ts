import type { Tenant } from "../tenants/tenant.ts";
import type { CertificatePair } from "../tls/certificate-authority.ts";
import type { DestinationClient } from "./destination-client.ts";

/** Credentials of a binding of the Destination Service, by secret or by certificate. */
export interface DestinationBinding {
  readonly clientid: string;
  readonly clientsecret?: string;
  /** PEM, with `key` and `certurl` in place of `clientsecret`. */
  readonly certificate?: string;
  /** PEM. */
  readonly key?: string;
  readonly certurl?: string;
  /** Authorization server, the provider's zone. */
  readonly url: string;
  /** Destination Service. */
  readonly uri: string;
  /** The provider's subdomain. */
  readonly identityzone: string;
  readonly uaadomain: string;
  readonly tenantid: string;
  readonly subaccountid: string;
  readonly instanceid: string;
  readonly xsappname: string;
  readonly tenantmode: "shared";
  readonly "credential-type": "binding-secret" | "x509";
}

/** Builds the credentials of a binding; `pair` makes it an X.509 one. */
export function destinationBinding(options: {
  readonly client: DestinationClient;
  readonly provider: Tenant;
  /** Origin of the token server. */
  readonly url: string;
  readonly pair?: CertificatePair | undefined;
}): DestinationBinding {
  const { client, provider, pair } = options;
  const { subdomain, tenantId } = provider;
  const url = `${options.url}/${subdomain}`;
  return {
    clientid: client.clientId,
    ...(pair === undefined
      ? { clientsecret: client.clientSecret, "credential-type": "binding-secret" }
      : {
          certificate: pair.certificate,
          key: pair.key,
          certurl: url,
          "credential-type": "x509",
        }),
    url,
    uri: options.url,
    identityzone: subdomain,
    uaadomain: new URL(url).host,
    tenantid: tenantId,
    subaccountid: tenantId,
    instanceid: `${tenantId}-instance`,
    xsappname: client.clientId.replace(/^sb-/, ""),
    tenantmode: "shared",
  };
}

/**
 * Writes a binding as files for several readers: a folder with one file per value and `type`
 * (servicebinding.io), and `.metadata` as the BTP service operator writes it.
 */
export function destinationBindingFiles(
  binding: DestinationBinding,
): Readonly<Record<string, string>> {
  const meta = {
    type: "destination",
    label: "destination",
    plan: "lite",
    instance_name: "default",
  };
  const property = (name: string) => ({ name, format: "text" });
  const metadata = {
    metaDataProperties: Object.keys(meta).map(property),
    credentialProperties: Object.keys(binding).map(property),
  };
  const files = { ...meta, ...binding, ".metadata": JSON.stringify(metadata) };
  return Object.fromEntries(
    Object.entries(files).map(([name, content]) => [`destination/${name}`, content]),
  );
}
