// What our own servers offer, the same under each SDK: tools with and without structured output, one that gives an
// image and one that fails, text and binary resources, a template, and prompts.
import * as z from "zod";

const kPixel = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==";
const text = (value) => ({ content: [{ type: "text", text: value }] });
const readOnly = { readOnlyHint: true, openWorldHint: false };

function addTools(server) {
  server.registerTool(
    "add",
    {
      title: "Add two numbers",
      description: "Adds a and b.",
      inputSchema: z.object({ a: z.number(), b: z.number() }),
      outputSchema: z.object({ sum: z.number() }),
      annotations: readOnly,
    },
    async ({ a, b }) => ({ ...text(JSON.stringify({ sum: a + b })), structuredContent: { sum: a + b } }),
  );
  server.registerTool(
    "echo",
    { description: "Gives its text back.", inputSchema: z.object({ text: z.string() }), annotations: readOnly },
    async (args) => text(args.text),
  );
  server.registerTool(
    "picture",
    { description: "Gives an image of one pixel.", inputSchema: z.object({}), annotations: readOnly },
    async () => ({ content: [{ type: "image", data: kPixel, mimeType: "image/png" }] }),
  );
  server.registerTool(
    "fail",
    { description: "Always fails, as a tool error.", inputSchema: z.object({}), annotations: readOnly },
    async () => ({ ...text("failed, as asked"), isError: true }),
  );
}

function addResources(server, ResourceTemplate) {
  server.registerResource("note", "memo://notes/one", { title: "A note", mimeType: "text/plain" }, async (uri) => ({
    contents: [{ uri: uri.href, mimeType: "text/plain", text: "The water is at 42 cm." }],
  }));
  server.registerResource("pixel", "memo://pictures/pixel", { mimeType: "image/png" }, async (uri) => ({
    contents: [{ uri: uri.href, mimeType: "image/png", blob: kPixel }],
  }));
  const template = new ResourceTemplate("memo://gauges/{gauge}", { list: undefined });
  server.registerResource("gauge", template, { description: "The level at a gauge" }, async (uri, { gauge }) => ({
    contents: [{ uri: uri.href, mimeType: "text/plain", text: `${gauge}: 42 cm` }],
  }));
}

function addPrompts(server, argsSchema) {
  server.registerPrompt("greet", { description: "A greeting" }, async () => ({
    messages: [{ role: "user", content: { type: "text", text: "Say hello." } }],
  }));
  server.registerPrompt(
    "report",
    { description: "A report on a gauge", argsSchema: argsSchema({ gauge: z.string() }) },
    async ({ gauge }) => ({
      messages: [{ role: "user", content: { type: "text", text: `Report on the gauge ${gauge}.` } }],
    }),
  );
}

/** The first argument is the classes of the version, and how it takes prompt arguments: version 1 as a bare shape. */
export function makeServer({ McpServer, ResourceTemplate, argsSchema = z.object }, name) {
  const server = new McpServer({ name, version: "1.0.0" }, { capabilities: { logging: {} } });
  addTools(server);
  addResources(server, ResourceTemplate);
  addPrompts(server, argsSchema);
  return server;
}
