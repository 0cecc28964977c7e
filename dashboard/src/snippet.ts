/** A site in, the line to put into its pages out. */
import type { Site } from "./query_api.ts";

const UNKNOWN_SCRIPT = "https://collector.example.org/js/script.js";

export const snippetOf = (site: Site): string =>
  `<script defer src="${site.script_url ?? UNKNOWN_SCRIPT}" data-domain="${site.domain}"></script>`;
