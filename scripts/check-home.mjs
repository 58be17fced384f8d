// Refuses to publish while the repository has no public home: the packages would name no source, and npm no provenance.
import { homeIsUnset, readHome } from "./home.mjs";

if (readHome() === undefined) {
  console.error(homeIsUnset);
  process.exitCode = 1;
}
