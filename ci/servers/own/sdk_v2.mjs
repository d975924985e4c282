// @modelcontextprotocol/server 2.x on plain node:http, with the Host and Origin guards that its README puts in front.
// It speaks 2026-07-28, and the 2025 revisions without sessions.
//   --modern-only   2026-07-28 and nothing else
import { createServer } from "node:http";
import { localhostHostValidation, localhostOriginValidation, toNodeHandler } from "@modelcontextprotocol/node";
import { createMcpHandler, McpServer, ResourceTemplate } from "@modelcontextprotocol/server";
import { makeServer } from "./surface.mjs";

const legacy = process.argv.includes("--modern-only") ? "reject" : "stateless";
const handler = createMcpHandler(() => makeServer({ McpServer, ResourceTemplate }, "weir-sdk-v2"), { legacy });
const serve = toNodeHandler(handler);
const hostIsRight = localhostHostValidation();
const originIsRight = localhostOriginValidation();

createServer((req, res) => {
  if (!hostIsRight(req, res) || !originIsRight(req, res)) return;
  if (req.url === "/mcp") return void serve(req, res);
  const healthy = req.url === "/health";
  res.writeHead(healthy ? 200 : 404, { "content-type": "application/json" });
  res.end(JSON.stringify({ status: healthy ? "ok" : "not found" }));
}).listen(1);
