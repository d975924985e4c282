// @zuplo/mcp: an implementation of its own, on the Fetch API, behind Hono; without sessions.
import { serve } from "@hono/node-server";
import { MCPServer } from "@zuplo/mcp/server";
import { CustomValidator } from "@zuplo/mcp/tools/custom";
import { HTTPStreamableTransport } from "@zuplo/mcp/transport/httpstreamable";
import { Hono } from "hono";

const numbers = { type: "object", properties: { a: { type: "number" }, b: { type: "number" } }, required: ["a", "b"] };
const parse = (data) =>
  typeof data?.a === "number" && typeof data?.b === "number"
    ? { success: true, data, errorData: null, errorMessage: null }
    : { success: false, data: null, errorData: data, errorMessage: "a and b are numbers" };

const server = new MCPServer({ name: "weir-zuplo", version: "1.0.0" });
server.addTool({
  name: "add",
  description: "Adds a and b.",
  annotations: { readOnlyHint: true, openWorldHint: false },
  validator: new CustomValidator(numbers, parse),
  handler: async ({ a, b }) => ({ content: [{ type: "text", text: String(a + b) }], isError: false }),
});
server.addResource("note", "memo://notes/one", { title: "A note", mimeType: "text/plain" }, async (uri) => ({
  contents: [{ uri, mimeType: "text/plain", text: "The water is at 42 cm." }],
}));

const transport = new HTTPStreamableTransport();
await transport.connect();
server.withTransport(transport);
const app = new Hono();
app.all("/mcp", (context) => transport.handleRequest(context.req.raw));
serve({ fetch: app.fetch, port: 1 });
