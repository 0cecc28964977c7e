/** How the dashboard is built and served while it is worked on; `/api` is the query API's. */
import preact from "@preact/preset-vite";
import { defineConfig } from "vite";

const QUERY_API = process.env["QUERY_API"] ?? "http://127.0.0.1:7202";

export default defineConfig({
  base: "./",
  plugins: [preact()],
  // Nothing is inlined as a data address: the server's content policy allows files of its own only.
  build: { target: "es2022", assetsInlineLimit: 0, modulePreload: { polyfill: false }, reportCompressedSize: false },
  server: { host: "127.0.0.1", port: 7209, proxy: { "/api": QUERY_API } },
});
