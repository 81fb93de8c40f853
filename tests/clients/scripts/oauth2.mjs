// The official TypeScript client 2.x, signed in by OAuth.

import { Client, StreamableHTTPClientTransport, UnauthorizedError } from "@modelcontextprotocol/client";
import { beLetIn, data, Provider } from "./let_in.mjs";

const [url, way] = process.argv.slice(2);
const provider = await Provider.open(way, "TypeScript 2");
const made = () => {
  const client = new Client({ name: "typescript-2", version: "1.0.0" }, { versionNegotiation: { mode: "auto" } });
  return [client, new StreamableHTTPClientTransport(new URL(url), { authProvider: provider })];
};
let [client, transport] = made();
try {
  await client.connect(transport);
} catch (error) {
  if (!isUnauthorized(error)) throw error;
  await transport.finishAuth(await provider.ledBack());
  [client, transport] = made();
  await client.connect(transport);
}
const call = (name, args) => data(client.callTool({ name, arguments: args }));
const callWithMore = async (name, args) => {
  try {
    return await call(name, args);
  } catch (error) {
    if (!isUnauthorized(error)) throw error;
    await transport.finishAuth(await provider.ledBack());
    return call(name, args);
  }
};

function isUnauthorized(error) {
  return error instanceof UnauthorizedError || (error?.cause !== undefined && isUnauthorized(error.cause));
}

await beLetIn(provider, client, call, callWithMore);
await client.close();
