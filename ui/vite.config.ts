import react from "@vitejs/plugin-react";
import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

const mock = fileURLToPath(new URL("./src/mocks/platform.ts", import.meta.url));
const real = fileURLToPath(new URL("./src/platform/index.ts", import.meta.url));

export default defineConfig(({ mode }) => ({
  // Relative paths, so that the same files work under tauri:// and behind any server path.
  base: "./",
  plugins: [react()],
  resolve: {
    alias: [
      { find: "@platform", replacement: mode === "mock" ? mock : real },
      { find: /^@\//, replacement: fileURLToPath(new URL("./src/", import.meta.url)) },
    ],
  },
  // Fonts and images stay files: the content policy allows no data: fonts. One chunk: it is read from the same disk or
  // the same server, and a page never waits for a second one in a call.
  build: { outDir: "dist", target: "es2022", assetsInlineLimit: 0, sourcemap: false, chunkSizeWarningLimit: 900 },
  server: {
    host: "127.0.0.1",
    port: 5173,
    proxy: { "/api": { target: process.env["SWITCHBOARD_URL"] ?? "http://127.0.0.1:8080", ws: true } },
  },
  test: { environment: "jsdom", include: ["src/**/*.test.{ts,tsx}"] },
}));
