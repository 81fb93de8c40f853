// What every client does here: list the tools, list the products, and create one product twice with one idempotency key.

export async function talk(client, version, product) {
  const tools = await allTools(client);
  const before = await call(client, "list_products", { limit: 100 });
  const asked = { name: product, description: "Made by a client.", idempotency_key: `key of ${product}` };
  const first = await call(client, "create_product", asked);
  const second = await call(client, "create_product", asked);
  const after = await call(client, "list_products", { limit: 100 });
  return {
    version,
    tools: tools.map((tool) => tool.name),
    before: before.products.map((each) => each.name),
    made: [first.product.id, second.product.id],
    after: after.products.map((each) => each.name),
  };
}

export function say(seen) {
  process.stdout.write(`${JSON.stringify(seen)}\n`);
}

async function allTools(client) {
  const tools = [];
  for (let cursor; ; ) {
    const page = await client.listTools(cursor ? { cursor } : {});
    tools.push(...page.tools);
    if (!(cursor = page.nextCursor)) return tools;
  }
}

async function call(client, name, args) {
  const result = await client.callTool({ name, arguments: args });
  if (result.isError) throw new Error(`${name}: ${result.content[0].text}`);
  return result.structuredContent;
}
