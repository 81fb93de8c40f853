// mcp-remote, signed in by OAuth: it keeps its tokens in files of its own, opens the browser itself and asks for more scopes by itself.

import { fileURLToPath } from "node:url";
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StdioClientTransport } from "@modelcontextprotocol/sdk/client/stdio.js";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { data } from "./let_in.mjs";
import { say } from "./talk.mjs";

const DOCUMENT = "https://claude.ai/oauth/claude-code-client-metadata";
const [url, way] = process.argv.slice(2);
const bridge = fileURLToPath(new URL("../node_modules/mcp-remote/dist/proxy.js", import.meta.url));
const options = {
  fixed: ["--static-oauth-client-info", '{"client_id":"rocketsdr"}'],
  registration: [],
  document: ["--client-metadata-url", DOCUMENT, "--callback-path", "/callback"],
}[way];

async function behindBridge(work) {
  const transport = new StdioClientTransport({
    command: process.execPath,
    args: [bridge, url, "--transport", "http-only", ...options],
    env: process.env,
    stderr: "inherit",
  });
  const client = new Client({ name: "behind-a-bridge", version: "1.0.0" });
  await client.connect(transport);
  try {
    return await work(client, (name, args) => data(client.callTool({ name, arguments: args })));
  } finally {
    await client.close();
  }
}

function kept(end) {
  const folder = join(process.env.HOME, ".mcp-auth");
  const name = readdirSync(folder, { recursive: true }).find((each) => each.endsWith(end));
  return name && join(folder, name);
}

const tokens = () => JSON.parse(readFileSync(kept("_tokens.json"), "utf8"));
const seen = await behindBridge(async (client, call) => ({
  tools: (await client.listTools()).tools.map((tool) => tool.name),
  products: (await call("list_products", { limit: 100 })).products.map((each) => each.name),
}));
const before = tokens();
writeFileSync(kept("_tokens.json"), JSON.stringify({ ...before, access_token: "expired" }));
const suppressed = await behindBridge(async (client, call) => {
  await call("list_products", { limit: 1 });
  seen.refreshed = tokens().refresh_token !== before.refresh_token;
  return (await call("add_suppression", { value: `bridge-${way}@refused.example`, reason: "manual" })).entry.value;
});
const registered = kept("_client_info.json");
const client_id = way === "fixed" ? "rocketsdr" : registered ? JSON.parse(readFileSync(registered, "utf8")).client_id : DOCUMENT;
say({ client_id, ...seen, scopes: before.scope.split(" "), more_scopes: tokens().scope.split(" "), suppressed });
