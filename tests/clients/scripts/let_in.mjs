// What every client does here that signs in by OAuth, and what it remembers; a person reads the address that it says and presses Allow.

import { createServer } from "node:http";
import { randomUUID } from "node:crypto";
import { say } from "./talk.mjs";

const DOCUMENT = "https://claude.ai/oauth/claude-code-client-metadata";

export class Provider {
  #led = [];
  #waiting = [];

  static async open(way, name) {
    const provider = new Provider(way, name);
    await new Promise((opened) => provider.server.listen(0, "127.0.0.1", opened));
    return provider;
  }

  constructor(way, name) {
    this.way = way;
    this.name = name;
    this.client = way === "fixed" ? { client_id: "rocketsdr" } : undefined;
    if (way === "document") this.clientMetadataUrl = DOCUMENT;
    this.server = createServer((request, response) => {
      response.writeHead(204).end();
      const query = new URL(request.url, this.redirectUrl).searchParams;
      const next = this.#waiting.shift();
      next ? next(query) : this.#led.push(query);
    });
  }

  get redirectUrl() {
    return `http://127.0.0.1:${this.server.address().port}/callback`;
  }

  get clientMetadata() {
    const grants = ["authorization_code", "refresh_token"];
    return { client_name: this.name, redirect_uris: [this.redirectUrl], grant_types: grants, token_endpoint_auth_method: "none" };
  }

  state = () => randomUUID();
  clientInformation = () => this.client;
  saveClientInformation = (client) => void (this.client = client);
  tokens = () => this.kept;
  saveTokens = (tokens) => void (this.kept = tokens);
  saveCodeVerifier = (verifier) => void (this.verifier = verifier);
  codeVerifier = () => this.verifier;
  discoveryState = () => this.discovered;
  saveDiscoveryState = (state) => void (this.discovered = state);
  redirectToAuthorization = (url) => void process.stdout.write(`Open ${url}\n`);

  invalidateCredentials(what) {
    if (what === "all" || what === "tokens") this.kept = undefined;
  }

  // What the person was led back with.
  ledBack() {
    return this.#led.length ? this.#led.shift() : new Promise((resolve) => this.#waiting.push(resolve));
  }

  get scopes() {
    return (this.kept?.scope ?? "").split(" ").filter(Boolean);
  }
}

// `call` calls a tool; `callWithMore` does the same where the client is asked for more scopes first.
export async function beLetIn(provider, client, call, callWithMore) {
  const { tools } = await client.listTools();
  const products = await call("list_products", { limit: 100 });
  const scopes = provider.scopes;
  const before = provider.kept.refresh_token;
  provider.kept = { ...provider.kept, access_token: "expired" };
  await call("list_products", { limit: 1 });
  const refreshed = provider.kept.refresh_token !== before;
  const value = `${provider.name.replaceAll(/[^a-z0-9]/gi, "-")}-${provider.way}@refused.example`;
  const { entry } = await callWithMore("add_suppression", { value, reason: "manual" });
  say({
    client_id: provider.client.client_id,
    tools: tools.map((tool) => tool.name),
    products: products.products.map((each) => each.name),
    refreshed,
    scopes,
    more_scopes: provider.scopes,
    suppressed: entry.value,
  });
  provider.server.close();
}

export async function data(answer) {
  const result = await answer;
  if (result.isError) throw new Error(result.content[0].text);
  return result.structuredContent;
}
