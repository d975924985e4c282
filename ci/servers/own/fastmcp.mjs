// fastmcp (TypeScript): its HTTP stream transport, which also answers at /sse.
import { FastMCP } from "fastmcp";
import * as z from "zod";

const server = new FastMCP({ name: "weir-fastmcp", version: "1.0.0", health: { enabled: true, path: "/health" } });
server.addTool({
  name: "add",
  description: "Adds a and b.",
  parameters: z.object({ a: z.number(), b: z.number() }),
  annotations: { readOnlyHint: true, openWorldHint: false },
  execute: async ({ a, b }) => String(a + b),
});
server.addResource({
  uri: "memo://notes/one",
  name: "A note",
  mimeType: "text/plain",
  load: async () => ({ text: "The water is at 42 cm." }),
});
server.addResourceTemplate({
  uriTemplate: "memo://gauges/{gauge}",
  name: "The level at a gauge",
  mimeType: "text/plain",
  arguments: [{ name: "gauge", required: true }],
  load: async ({ gauge }) => ({ text: `${gauge}: 42 cm` }),
});
server.addPrompt({
  name: "report",
  description: "A report on a gauge",
  arguments: [{ name: "gauge", description: "Which gauge", required: true }],
  load: async ({ gauge }) => `Report on the gauge ${gauge}.`,
});
await server.start({ transportType: "httpStream", httpStream: { host: "127.0.0.1", port: 1 } });
