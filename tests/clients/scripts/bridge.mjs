// mcp-remote, the bridge that desktop clients start: the SDK speaks to it over stdio, and it to the server over HTTP.

import { fileURLToPath } from "node:url";
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StdioClientTransport } from "@modelcontextprotocol/sdk/client/stdio.js";
import { say, talk } from "./talk.mjs";

const [url, key, product, header] = process.argv.slice(2);
const value = header === "Authorization" ? `Bearer ${key}` : key;
const bridge = fileURLToPath(new URL("../node_modules/mcp-remote/dist/proxy.js", import.meta.url));
const transport = new StdioClientTransport({
  command: process.execPath,
  args: [bridge, url, "--header", `${header}:${value}`, "--transport", "http-only"],
  env: process.env,
  stderr: "inherit",
});
const client = new Client({ name: "behind-a-bridge", version: "1.0.0" });
let version;
transport.setProtocolVersion = (agreed) => (version = agreed);
await client.connect(transport);
say(await talk(client, version, product));
await client.close();
