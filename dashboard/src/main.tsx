/** Puts the dashboard into the page. */
import { render } from "preact";
import "@fontsource-variable/figtree/wght.css";
import "uplot/dist/uPlot.min.css";
import "./styles/tokens.css";
import "./styles/frame.css";
import "./styles/figures.css";
import "./styles/lists.css";
import "./styles/notices.css";
import "./styles/accounts.css";
import { App } from "./view/app.tsx";

render(<App />, document.getElementById("app")!);
