// @modelcontextprotocol/sdk 1.x behind its own Express application: sessions, a GET stream, DELETE.
//   --json   answers are JSON bodies, not event streams
import { randomUUID } from "node:crypto";
import { createMcpExpressApp } from "@modelcontextprotocol/sdk/server/express.js";
import { McpServer, ResourceTemplate } from "@modelcontextprotocol/sdk/server/mcp.js";
import { StreamableHTTPServerTransport } from "@modelcontextprotocol/sdk/server/streamableHttp.js";
import { isInitializeRequest } from "@modelcontextprotocol/sdk/types.js";
import { makeServer } from "./surface.mjs";

const enableJsonResponse = process.argv.includes("--json");
const sessions = new Map();

async function openSession() {
  const transport = new StreamableHTTPServerTransport({
    enableJsonResponse,
    sessionIdGenerator: randomUUID,
    onsessioninitialized: (id) => sessions.set(id, transport),
  });
  transport.onclose = () => sessions.delete(transport.sessionId);
  await makeServer({ McpServer, ResourceTemplate, argsSchema: (shape) => shape }, "weir-sdk-v1").connect(transport);
  return transport;
}

const refuse = (res, status, message) =>
  res.status(status).json({ jsonrpc: "2.0", error: { code: -32000, message }, id: null });

const app = createMcpExpressApp();
app.all("/mcp", async (req, res) => {
  const id = req.headers["mcp-session-id"];
  if (id && !sessions.has(id)) return refuse(res, 404, "Session not found");
  if (!id && !isInitializeRequest(req.body)) return refuse(res, 400, "No session: initialize first");
  const transport = id ? sessions.get(id) : await openSession();
  await transport.handleRequest(req, res, req.body);
});
app.get("/health", (req, res) => res.json({ status: "ok" }));
app.listen(1);
