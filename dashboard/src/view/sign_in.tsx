/** Asks for an API key and a site; says what to do where the last ones did not fit. */
import type { TargetedEvent } from "preact";
import { useState } from "preact/hooks";
import { Wordmark } from "./masthead.tsx";

interface Props {
  site: string;
  /** The server's words, where it refused the key. */
  wrong?: string;
  /** The sites that the key does see, where it does not see the one asked for. */
  unseen?: string[];
  onSubmit: (key: string, site: string) => void;
}

const Advice = ({ site, wrong, unseen }: Omit<Props, "onSubmit">) => {
  if (wrong) {
    return (
      <div class="advice" role="alert">
        <p>
          <strong>This key opens nothing here.</strong> Check that it was copied whole: it begins with <code>tl_</code>. A new one is
          made by
        </p>
        <pre>tideline key add --scope stats</pre>
      </div>
    );
  }
  if (!unseen) return null;
  return (
    <div class="advice" role="alert">
      <p>
        <strong>This key does not see {site}.</strong>{" "}
        {unseen.length ? `It sees ${unseen.join(", ")}.` : "It sees no site yet; add one by"}
      </p>
      {!unseen.length && <pre>tideline site add {site || "example.org"}</pre>}
    </div>
  );
};

export const SignIn = ({ site, wrong, unseen, onSubmit }: Props) => {
  const [domain, setDomain] = useState(site);
  const submit = (event: TargetedEvent<HTMLFormElement>): void => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    onSubmit(String(form.get("key")).trim(), String(form.get("site")).trim().toLowerCase());
  };
  return (
    <main class="door">
      <form class="sheet" onSubmit={submit}>
        <Wordmark />
        <h1>Whose tide shall we read?</h1>
        <Advice site={site} {...(wrong ? { wrong } : {})} {...(unseen ? { unseen } : {})} />
        <label>
          API key
          <input name="key" type="password" required autoComplete="off" spellcheck={false} placeholder="tl_…" autoFocus />
        </label>
        <label>
          Site <small>may stay empty: then the first one that the key sees</small>
          <input
            name="site"
            autoComplete="off"
            autoCapitalize="none"
            spellcheck={false}
            placeholder="example.org"
            value={domain}
            onInput={(event) => setDomain(event.currentTarget.value)}
          />
        </label>
        <button type="submit" class="strong">
          Show the numbers
        </button>
        <p class="small">The key stays in this tab and is gone when you close it.</p>
      </form>
    </main>
  );
};
