// The official TypeScript SDK 1.x, signed in by OAuth. It refreshes a token that lacks a scope, so that its host asks for more.

import { auth, UnauthorizedError } from "@modelcontextprotocol/sdk/client/auth.js";
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StreamableHTTPClientTransport } from "@modelcontextprotocol/sdk/client/streamableHttp.js";
import { beLetIn, data, Provider } from "./let_in.mjs";

const [url, way] = process.argv.slice(2);
const provider = await Provider.open(way, "TypeScript 1");
let wanted;
const fetchAndListen = async (...request) => {
  const response = await fetch(...request);
  if (response.status === 403) wanted = /scope="([^"]*)"/.exec(response.headers.get("WWW-Authenticate") ?? "")?.[1];
  return response;
};
const transport = () => new StreamableHTTPClientTransport(new URL(url), { authProvider: provider, fetch: fetchAndListen });
const connected = async () => {
  const first = new Client({ name: "typescript-1", version: "1.0.0" });
  const opened = transport();
  try {
    await first.connect(opened);
    return first;
  } catch (error) {
    if (!(error instanceof UnauthorizedError)) throw error;
    await opened.finishAuth((await provider.ledBack()).get("code"));
  }
  const second = new Client({ name: "typescript-1", version: "1.0.0" });
  await second.connect(transport());
  return second;
};
const client = await connected();
const call = (name, args) => data(client.callTool({ name, arguments: args }));
const callWithMore = async (name, args) => {
  try {
    return await call(name, args);
  } catch (error) {
    if (!wanted) throw error;
  }
  provider.invalidateCredentials("tokens");
  await auth(provider, { serverUrl: url, scope: wanted });
  await auth(provider, { serverUrl: url, scope: wanted, authorizationCode: (await provider.ledBack()).get("code") });
  return call(name, args);
};
await beLetIn(provider, client, call, callWithMore);
await client.close();
