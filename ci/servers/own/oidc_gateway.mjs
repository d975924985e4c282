// An OpenID provider (oidc-provider) with two clients, and an MCP server (the SDK) that takes its tokens: /validate
// answers nginx's auth_request, and the scope of a call is decided by its parsed body. Both listen on free ports of
// 127.0.0.1; prints {"issuer", "port", "resource", "secret"} as one line, and ends with its standard input.
//
//   --mistake signature|audience|scope|status-500    what is done wrong
import { createPublicKey, generateKeyPairSync, randomBytes, randomUUID } from "node:crypto";
import http from "node:http";
import { McpServer } from "@modelcontextprotocol/sdk/server/mcp.js";
import { StreamableHTTPServerTransport } from "@modelcontextprotocol/sdk/server/streamableHttp.js";
import { isInitializeRequest } from "@modelcontextprotocol/sdk/types.js";
import express from "express";
import { createLocalJWKSet, decodeJwt, jwtVerify } from "jose";
import Provider from "oidc-provider";
import { z } from "zod";

const kScopes = "mcp:read mcp:write";
const kResource = "https://mcp.example/mcp"; // A name, not an address: it is what `aud` says.
const mistake = process.argv[process.argv.indexOf("--mistake") + 1];

const listen = (server) => new Promise((done) => server.listen(0, "127.0.0.1", () => done(server.address().port)));

/** The provider, listening; clients "writer" and "reader" differ in their scopes. */
async function startProvider(secret) {
  const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  const key = { ...privateKey.export({ format: "jwk" }), kid: "weir", use: "sig", alg: "RS256" };
  const server = http.createServer();
  const issuer = `http://127.0.0.1:${await listen(server)}`;
  const client = (client_id, scope) => ({
    client_id,
    client_secret: secret,
    grant_types: ["client_credentials"],
    redirect_uris: [],
    response_types: [],
    scope,
  });
  const provider = new Provider(issuer, {
    clients: [client("writer", kScopes), client("reader", "mcp:read")],
    jwks: { keys: [key] },
    scopes: kScopes.split(" "),
    features: {
      devInteractions: { enabled: false },
      clientCredentials: { enabled: true },
      resourceIndicators: {
        enabled: true,
        defaultResource: () => kResource,
        getResourceServerInfo: (ctx, resource) => ({
          scope: kScopes,
          audience: resource,
          accessTokenTTL: 300,
          accessTokenFormat: "jwt",
          jwt: { sign: { alg: "RS256" } },
        }),
      },
    },
  });
  server.on("request", provider.callback());
  const jwk = { ...createPublicKey(privateKey).export({ format: "jwk" }), kid: key.kid, alg: key.alg, use: key.use };
  return { issuer, keys: createLocalJWKSet({ keys: [jwk] }) };
}

function makeServer() {
  const server = new McpServer({ name: "weir-oidc", version: "1.0.0" });
  const text = (words) => ({ content: [{ type: "text", text: words }] });
  server.registerTool(
    "read_note",
    { description: "Reads a note.", inputSchema: { name: z.string() }, annotations: { readOnlyHint: true } },
    ({ name }) => text(`note ${name}`),
  );
  server.registerTool(
    "write_note",
    { description: "Writes a note.", inputSchema: { name: z.string() } },
    ({ name }) => text(`wrote ${name}`),
  );
  return server;
}

function makeApp({ issuer, keys }) {
  const sessions = new Map();
  const app = express();
  const metadata = (req) => `http://${req.headers.host}/.well-known/oauth-protected-resource/mcp`;

  async function claimsOf(req) {
    const [scheme, token] = (req.headers.authorization ?? "").split(" ");
    if (scheme.toLowerCase() !== "bearer" || !token) return null;
    if (mistake === "signature") return decodeJwt(token);
    const expected = mistake === "audience" ? { issuer } : { issuer, audience: kResource };
    return (await jwtVerify(token, keys, expected)).payload;
  }
  const challenge = (req, error) =>
    `Bearer ${error ? `error="${error}", ` : ""}resource_metadata="${metadata(req)}"`;

  app.get("/validate", async (req, res) => {
    const claims = await claimsOf(req).catch(() => null);
    if (claims) return res.status(200).end();
    if (mistake === "status-500") return res.status(500).json({ detail: "Internal validation error" });
    const error = req.headers.authorization ? "invalid_token" : "";
    res.set("WWW-Authenticate", challenge(req, error)).status(401).end();
  });

  app.use(express.json({ limit: "1mb" }));
  app.all("/mcp", async (req, res) => {
    const scopes = (decodeJwt(req.headers.authorization.split(" ")[1]).scope ?? "").split(" ");
    const writes = req.body?.method === "tools/call" && req.body.params?.name === "write_note";
    if (writes && mistake !== "scope" && !scopes.includes("mcp:write")) {
      res.set("WWW-Authenticate", `${challenge(req, "insufficient_scope")}, scope="mcp:write"`);
      return res.status(403).json({ error: "insufficient_scope" });
    }
    const id = req.headers["mcp-session-id"];
    const refuse = (status, message) =>
      res.status(status).json({ jsonrpc: "2.0", error: { code: -32000, message }, id: null });
    if (id && !sessions.has(id)) return refuse(404, "Session not found");
    if (!id && !isInitializeRequest(req.body)) return refuse(400, "No session: initialize first");
    if (id) return sessions.get(id).handleRequest(req, res, req.body);
    const transport = new StreamableHTTPServerTransport({
      sessionIdGenerator: randomUUID,
      onsessioninitialized: (session) => sessions.set(session, transport),
    });
    transport.onclose = () => sessions.delete(transport.sessionId);
    await makeServer().connect(transport);
    await transport.handleRequest(req, res, req.body);
  });
  app.get("/.well-known/oauth-protected-resource/mcp", (req, res) =>
    res.json({
      resource: `http://${req.headers.host}/mcp`,
      authorization_servers: [issuer],
      scopes_supported: kScopes.split(" "),
      bearer_methods_supported: ["header"],
    }),
  );
  app.get("/health", (req, res) => res.json({ status: "ok" }));
  return app;
}

const secret = randomBytes(16).toString("hex");
const provider = await startProvider(secret);
const port = await listen(http.createServer(makeApp(provider)));
process.stdin.on("end", () => process.exit(0)).resume();
process.stdout.write(`${JSON.stringify({ issuer: provider.issuer, port, resource: kResource, secret })}\n`);
