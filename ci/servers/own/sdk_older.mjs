// Releases of @modelcontextprotocol/sdk that stop at an older revision, on plain node:http: sessions, a GET stream,
// DELETE.
//
//   sdk_older.mjs 2024-11-05 | 2025-03-26 | 2025-06-18
//     --json   answers are JSON bodies, not event streams
import { randomUUID } from "node:crypto";
import { createServer } from "node:http";
import { z } from "zod/v3"; // What these releases read schemas with.

const [revision] = process.argv.slice(2);
const enableJsonResponse = process.argv.includes("--json");
const sdk = (file) => import(`@modelcontextprotocol/sdk-${revision}/server/${file}.js`);
const { McpServer, ResourceTemplate } = await sdk("mcp");
const { StreamableHTTPServerTransport } = await sdk("streamableHttp");

const sessions = new Map();
const text = (value) => ({ content: [{ type: "text", text: value }] });
const readOnly = { readOnlyHint: true, openWorldHint: false };

function addTools(server) {
  server.tool("echo", "Gives its text back.", { text: z.string() }, readOnly, async (args) => text(args.text));
  server.tool("fail", "Always fails.", {}, readOnly, async () => ({ ...text("failed, as asked"), isError: true }));
  // Structured results came with 2025-06-18, and this way of registering with them.
  server.registerTool?.(
    "add",
    {
      title: "Add two numbers",
      description: "Adds a and b.",
      inputSchema: { a: z.number(), b: z.number() },
      outputSchema: { sum: z.number() },
      annotations: readOnly,
    },
    async ({ a, b }) => ({ ...text(JSON.stringify({ sum: a + b })), structuredContent: { sum: a + b } }),
  );
}

function addResources(server) {
  server.resource("note", "memo://notes/one", { mimeType: "text/plain" }, async (uri) => ({
    contents: [{ uri: uri.href, mimeType: "text/plain", text: "The water is at 42 cm." }],
  }));
  const template = new ResourceTemplate("memo://gauges/{gauge}", { list: undefined });
  server.resource("gauge", template, async (uri, { gauge }) => ({
    contents: [{ uri: uri.href, mimeType: "text/plain", text: `${gauge}: 42 cm` }],
  }));
}

function addPrompts(server) {
  server.prompt("report", "A report on a gauge", { gauge: z.string() }, async ({ gauge }) => ({
    messages: [{ role: "user", content: { type: "text", text: `Report on the gauge ${gauge}.` } }],
  }));
}

async function openSession() {
  const transport = new StreamableHTTPServerTransport({
    enableJsonResponse,
    sessionIdGenerator: randomUUID,
    onsessioninitialized: (id) => sessions.set(id, transport),
  });
  const server = new McpServer({ name: `weir-sdk-${revision}`, version: "1.0.0" });
  server.server.onclose = () => sessions.delete(transport.sessionId);
  for (const add of [addTools, addResources, addPrompts]) add(server);
  await server.connect(transport);
  return transport;
}

function refuse(res, status, message) {
  res.writeHead(status, { "content-type": "application/json" });
  res.end(JSON.stringify({ jsonrpc: "2.0", error: { code: -32000, message }, id: null }));
}

createServer(async (req, res) => {
  if (req.url !== "/mcp") return refuse(res, 404, "Not found");
  const id = req.headers["mcp-session-id"];
  if (id && !sessions.has(id)) return refuse(res, 404, "Session not found");
  const transport = id ? sessions.get(id) : await openSession();
  await transport.handleRequest(req, res);
}).listen(1);
