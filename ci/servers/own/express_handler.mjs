// express-mcp-handler: a middleware of Express around @modelcontextprotocol/sdk 1.x, which makes a server for each
// request.
import { McpServer, ResourceTemplate } from "@modelcontextprotocol/sdk/server/mcp.js";
import express from "express";
import { statelessHandler } from "express-mcp-handler";
import { makeServer } from "./surface.mjs";

const make = () => makeServer({ McpServer, ResourceTemplate, argsSchema: (shape) => shape }, "weir-express-handler");

const app = express();
app.use(express.json());
app.post("/mcp", statelessHandler(make));
app.listen(1);
