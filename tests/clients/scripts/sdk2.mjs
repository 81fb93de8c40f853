// The official TypeScript client 2.x over HTTP: with the handshake, finding out by itself, or at one revision alone.

import { Client, StreamableHTTPClientTransport } from "@modelcontextprotocol/client";
import { say, talk } from "./talk.mjs";

const [url, key, product, asked] = process.argv.slice(2);
const mode = asked === "legacy" || asked === "auto" ? asked : { pin: asked };
const transport = new StreamableHTTPClientTransport(new URL(url), { requestInit: { headers: { Authorization: `Bearer ${key}` } } });
const client = new Client({ name: "typescript-2", version: "1.0.0" }, { versionNegotiation: { mode } });
await client.connect(transport);
say(await talk(client, client.getNegotiatedProtocolVersion(), product));
await client.close();
