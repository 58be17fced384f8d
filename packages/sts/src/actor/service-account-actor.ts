import { textOption } from "@agent-oauth/core/internal";
import type { StsActor } from "./actor-token.ts";

/** Where Kubernetes puts the token of a pod's service account, and renews it. */
const TOKEN_FILE = "/var/run/secrets/kubernetes.io/serviceaccount/token";

/**
 * Makes the actor that is the pod's Kubernetes service account.
 *
 * @param file default `/var/run/secrets/kubernetes.io/serviceaccount/token`; give the one of a projected volume, whose
 * token is meant for the STS, if there is one.
 * @throws TypeError if `file` is blank or not a string.
 */
export function serviceAccountActor(file: string = TOKEN_FILE): StsActor {
  textOption(file, { option: "file", doing: "make an actor of a service account" });
  return { name: `service account at ${file}`, token: { file } };
}
