/** A small site on 127.0.0.1 in, every beacon that its pages sent out: what the browser tests look at. */
import { readFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import { chromium, type Browser, type BrowserContext } from "playwright-core";

const PAGES = new URL("../../tests/browser/pages/", import.meta.url);
const SCRIPT = new URL("../dist/script.js", import.meta.url);
const CHROMIUM = process.env["CHROMIUM"] ?? "/usr/bin/chromium";
const FIRST_PORT = 7_241;

export interface Told {
  n: string;
  u: string;
  [field: string]: unknown;
}

export interface Request {
  beacon: Told;
  type: string;
  cookie: string | undefined;
}

export class Site {
  readonly requests: Request[] = [];
  attributes = "data-allow-automation";
  /** What beacons are answered with. */
  status = 202;
  headers: Record<string, string> = {};
  port = 0;
  #server: Server | undefined;
  #browser: Browser | undefined;
  #profiles = 0;

  /** Serve the pages and start a browser in which every host under `.test` is this site. */
  async start(): Promise<void> {
    for (let port = FIRST_PORT; !this.port; port += 1) await this.#listen(port);
    this.#browser = await chromium.launch({
      executablePath: CHROMIUM,
      args: [
        "--no-sandbox",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
        "--no-first-run",
        `--host-resolver-rules=MAP *.test 127.0.0.1`,
        // as over https, where locks between tabs are to be had
        `--unsafely-treat-insecure-origin-as-secure=http://secure.test:${this.port}`,
      ],
    });
  }

  async stop(): Promise<void> {
    await this.#browser?.close();
    this.#server?.closeAllConnections();
    await new Promise((closed) => this.#server?.close(closed));
  }

  /** A fresh browser profile; forget what was told before, and what a page of an earlier one says late. */
  async profile(): Promise<BrowserContext> {
    this.requests.length = 0;
    this.attributes = "data-allow-automation";
    this.status = 202;
    this.headers = {};
    this.#profiles += 1;
    return this.#browser!.newContext();
  }

  /** Where a page is found; each profile has a host of its own. */
  url(path: string, host = `shop${this.#profiles}.test`): string {
    return `http://${host}:${this.port}${path}`;
  }

  /** The beacons so far, as `name path`. */
  told(): string[] {
    return this.requests.map(({ beacon }) => {
      const url = new URL(beacon.u);
      return `${beacon.n} ${url.pathname}${url.hash}`;
    });
  }

  beacons(name: string): Told[] {
    return this.requests.map((request) => request.beacon).filter((beacon) => beacon.n == name);
  }

  #page(path: string): string {
    const file = path.startsWith("/app") ? "spa.html" : "plain.html";
    const tag = `<script defer src="/js/script.js" ${this.attributes}></script>`;
    return readFileSync(new URL(file, PAGES), "utf8").replace("<!-- script -->", tag);
  }

  #listen(port: number): Promise<void> {
    const server = createServer((request, answer) => {
      const path = request.url ?? "/";
      if (request.method == "POST") {
        let body = "";
        request.on("data", (part) => (body += part));
        request.on("end", () => {
          const { cookie, "content-type": type = "" } = request.headers;
          const beacon: Told = JSON.parse(body);
          const profile = /^shop(\d+)\.test$/.exec(new URL(beacon.u).hostname)?.[1];
          if (!profile || Number(profile) == this.#profiles) this.requests.push({ beacon, type, cookie });
          answer.writeHead(this.status, { "access-control-allow-origin": "*", ...this.headers }).end("ok");
        });
      } else if (path == "/js/script.js") {
        answer.writeHead(200, { "content-type": "text/javascript" }).end(readFileSync(SCRIPT));
      } else {
        answer.writeHead(200, { "content-type": "text/html", "set-cookie": "own=1" }).end(this.#page(path));
      }
    });
    return new Promise((done, fail) => {
      server.once("error", (error: NodeJS.ErrnoException) => (error.code == "EADDRINUSE" ? done() : fail(error)));
      server.listen(port, "127.0.0.1", () => {
        this.#server = server;
        this.port = port;
        done();
      });
    });
  }
}
