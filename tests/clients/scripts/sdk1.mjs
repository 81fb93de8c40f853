// The official TypeScript SDK 1.x over HTTP.

import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StreamableHTTPClientTransport } from "@modelcontextprotocol/sdk/client/streamableHttp.js";
import { say, talk } from "./talk.mjs";

const [url, key, product] = process.argv.slice(2);
const transport = new StreamableHTTPClientTransport(new URL(url), { requestInit: { headers: { "X-API-Key": key } } });
const client = new Client({ name: "typescript-1", version: "1.0.0" });
await client.connect(transport);
say(await talk(client, transport.protocolVersion, product));
await client.close();
