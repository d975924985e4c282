// hono-mcp-server-sse-transport: HTTP+SSE of @modelcontextprotocol/sdk 1.x behind Hono.
import { serve } from "@hono/node-server";
import { McpServer, ResourceTemplate } from "@modelcontextprotocol/sdk/server/mcp.js";
import { SSETransport } from "hono-mcp-server-sse-transport";
import { Hono } from "hono";
import { streamSSE } from "hono/streaming";
import { makeServer } from "./surface.mjs";

const transports = new Map();
const app = new Hono();
app.get("/sse", (context) =>
  streamSSE(context, async (stream) => {
    const transport = new SSETransport("/messages", stream);
    transports.set(transport.sessionId, transport);
    const closed = new Promise((resolve) => stream.onAbort(resolve));
    await makeServer({ McpServer, ResourceTemplate, argsSchema: (shape) => shape }, "weir-hono-sse").connect(transport);
    await closed;
    transports.delete(transport.sessionId);
  }),
);
app.post("/messages", (context) => {
  const transport = transports.get(context.req.query("sessionId"));
  return transport ? transport.handlePostMessage(context) : context.text("No such session", 404);
});
serve({ fetch: app.fetch, port: 1 });
