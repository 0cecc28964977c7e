/** For a site that never had a visitor: how to add the script, ready to copy. */
import { useState } from "preact/hooks";
import type { Site } from "../query_api.ts";
import { snippetOf } from "../snippet.ts";

export const FirstBeacon = ({ site }: { site: Site }) => {
  const [copied, setCopied] = useState(false);
  const snippet = snippetOf(site);
  const copy = async (): Promise<void> => {
    await navigator.clipboard.writeText(snippet);
    setCopied(true);
    setTimeout(() => setCopied(false), 2_000);
  };
  return (
    <section class="sheet first">
      <h2>No footprints yet</h2>
      <p>
        Nobody has been counted on <strong>{site.domain}</strong> so far. Put this line into the <code>&lt;head&gt;</code> of its pages:
      </p>
      <div class="snippet">
        <pre tabIndex={0}>{snippet}</pre>
        <button type="button" class="strong" onClick={() => void copy()}>
          {copied ? "Copied" : "Copy"}
        </button>
      </div>
      {!site.script_url && (
        <p class="small">
          <code>collector.example.org</code> stands for the address of your collector.
        </p>
      )}
      <p>Then open a page of the site. This one looks again every 20 seconds, and the first visitor shows up by itself.</p>
    </section>
  );
};
