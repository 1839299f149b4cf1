import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { choosePlatform } from "@platform";
import "@fontsource-variable/inter/wght.css";
import "./styles/tokens.css";
import "./styles/icons.css";
import "./styles/components.css";
import "./styles/grown.css";
import "./styles/shell.css";
import "./styles/desk.css";
import "./styles/calls.css";
import "./styles/monitor.css";
import "./styles/worklist.css";
import "./styles/settings.css";
import "./styles/imports.css";
import "./styles/lead-pages.css";
import "./styles/lead-sets.css";
import "./styles/follow-ups.css";
import { createApp, startApp } from "./app";
import { createKept } from "./lib/kept";
import { Root } from "./routes/root";

const kept = createKept(window.localStorage);
const platform = await choosePlatform(kept);
const app = createApp(platform, kept);
startApp(app);

const host = document.getElementById("root");
if (host) createRoot(host).render(<StrictMode><Root app={app} /></StrictMode>);
