// The real servers that the gate is proved against: how each is started, and where it answers. Whatever port a server
// is told, loopback.mjs gives it a free one on 127.0.0.1.
import { fileURLToPath } from "node:url";

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const npm = (path) => here(`../node/node_modules/${path}`);

const everything = npm("@modelcontextprotocol/server-everything/dist/index.js");
const supergateway = npm("supergateway/dist/index.js");
const mcpProxy = npm("mcp-proxy/dist/bin/mcp-proxy.mjs");

// supergateway takes its stdio server as one shell line; everything else takes a vector.
const quoted = (word) => `'${word.replaceAll("'", `'\\''`)}'`;
const overStdio = (node) => [node, everything, "stdio"].map(quoted).join(" ");
const gateway =
  (...options) =>
  (node) => [supergateway, "--stdio", overStdio(node), "--port", "1", "--logLevel", "none", ...options];
const proxy =
  (...options) =>
  (node) => [mcpProxy, "--host", "127.0.0.1", "--port", "1", ...options, "--", node, everything, "stdio"];

/**
 * name -> { path, args(node), edge }: `node` runs `args`, and the endpoint is at `path`. An edge starts the server that
 * it stands before, and finds a port of its own.
 */
export const servers = {
  "everything-streamable": { path: "/mcp", args: () => [everything, "streamableHttp"] },
  "everything-sse": { path: "/sse", args: () => [everything, "sse"] },
  "supergateway-sse": { path: "/sse", args: gateway("--outputTransport", "sse") },
  "supergateway-stateless": { path: "/mcp", args: gateway("--outputTransport", "streamableHttp") },
  "supergateway-stateful": { path: "/mcp", args: gateway("--outputTransport", "streamableHttp", "--stateful") },
  "mcp-proxy": { path: "/mcp", args: proxy() },
  "mcp-proxy-sse": { path: "/sse", args: proxy("--server", "sse") },
  "sdk-v1": { path: "/mcp", args: () => [here("own/sdk_v1.mjs")] },
  "sdk-v1-json": { path: "/mcp", args: () => [here("own/sdk_v1.mjs"), "--json"] },
  "sdk-2024-11-05": { path: "/mcp", args: () => [here("own/sdk_older.mjs"), "2024-11-05", "--json"] },
  "sdk-2025-03-26": { path: "/mcp", args: () => [here("own/sdk_older.mjs"), "2025-03-26"] },
  "sdk-2025-06-18": { path: "/mcp", args: () => [here("own/sdk_older.mjs"), "2025-06-18"] },
  "sdk-v2": { path: "/mcp", args: () => [here("own/sdk_v2.mjs")] },
  "sdk-v2-modern": { path: "/mcp", args: () => [here("own/sdk_v2.mjs"), "--modern-only"] },
  "nginx-tls": { path: "/mcp", args: () => [here("own/nginx_tls.mjs"), everything, "streamableHttp"], edge: true },
  x402: { path: "/", args: () => [here("own/x402.mjs")] },
  "mcp-lite": { path: "/mcp", args: () => [here("own/mcp_lite.mjs")] },
  zuplo: { path: "/mcp", args: () => [here("own/zuplo.mjs")] },
  "express-handler": { path: "/mcp", args: () => [here("own/express_handler.mjs")] },
  "hono-sse": { path: "/sse", args: () => [here("own/hono_sse.mjs")] },
  fastmcp: { path: "/mcp", args: () => [here("own/fastmcp.mjs")] },
};
