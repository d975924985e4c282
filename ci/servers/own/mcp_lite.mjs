// mcp-lite: an implementation of its own, on the Fetch API, behind Hono; with sessions in memory.
import { serve } from "@hono/node-server";
import { Hono } from "hono";
import { InMemorySessionAdapter, McpServer, StreamableHttpTransport } from "mcp-lite";
import * as z from "zod";

const schemaAdapter = (schema) => z.toJSONSchema(schema);
const server = new McpServer({ name: "weir-mcp-lite", version: "1.0.0", schemaAdapter });
server.tool("add", {
  description: "Adds a and b.",
  annotations: { readOnlyHint: true, openWorldHint: false },
  inputSchema: z.object({ a: z.number(), b: z.number() }),
  outputSchema: z.object({ sum: z.number() }),
  handler: ({ a, b }) => ({
    content: [{ type: "text", text: JSON.stringify({ sum: a + b }) }],
    structuredContent: { sum: a + b },
  }),
});
server.resource("memo://notes/one", { name: "A note", mimeType: "text/plain" }, async (uri) => ({
  contents: [{ uri: uri.href, mimeType: "text/plain", text: "The water is at 42 cm." }],
}));
server.prompt("report", {
  description: "A report on a gauge",
  arguments: z.object({ gauge: z.string() }),
  handler: ({ gauge }) => ({
    messages: [{ role: "user", content: { type: "text", text: `Report on the gauge ${gauge}.` } }],
  }),
});

const sessionAdapter = new InMemorySessionAdapter({ maxEventBufferSize: 1024 });
const handle = new StreamableHttpTransport({ sessionAdapter }).bind(server);
const app = new Hono();
app.all("/mcp", (context) => handle(context.req.raw));
serve({ fetch: app.fetch, port: 1 });
