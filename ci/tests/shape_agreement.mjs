// What the schemas of the official SDK say, for wire/mcp/shape_oracle_test.cpp to agree with.
//   node shape_agreement.mjs NODE_MODULES CASES.json
// CASES.json is [{"revision": ..., "part": "result" | "params" | "error", "method": ..., "value": ...}]. Prints true or
// false for each, or null for what the SDK has no schema of its own for: it carries those of one revision.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { resolve } from 'node:path';

const [nodeModules, casesPath] = process.argv.slice(2);
const require = createRequire(resolve(nodeModules, 'any.js'));
const core = require('@modelcontextprotocol/core');
const kRevision = '2025-11-25';

const results = {
  initialize: core.InitializeResultSchema,
  ping: core.EmptyResultSchema,
  'logging/setLevel': core.EmptyResultSchema,
  'resources/subscribe': core.EmptyResultSchema,
  'resources/unsubscribe': core.EmptyResultSchema,
  'completion/complete': core.CompleteResultSchema,
  'prompts/get': core.GetPromptResultSchema,
  'prompts/list': core.ListPromptsResultSchema,
  'resources/list': core.ListResourcesResultSchema,
  'resources/read': core.ReadResourceResultSchema,
  'resources/templates/list': core.ListResourceTemplatesResultSchema,
  'tools/call': core.CallToolResultSchema,
  'tools/list': core.ListToolsResultSchema,
  'tasks/get': core.GetTaskResultSchema,
  'tasks/list': core.ListTasksResultSchema,
};
const messages = {
  'notifications/cancelled': core.CancelledNotificationSchema,
  'notifications/message': core.LoggingMessageNotificationSchema,
  'notifications/progress': core.ProgressNotificationSchema,
  'notifications/prompts/list_changed': core.PromptListChangedNotificationSchema,
  'notifications/resources/list_changed': core.ResourceListChangedNotificationSchema,
  'notifications/resources/updated': core.ResourceUpdatedNotificationSchema,
  'notifications/tools/list_changed': core.ToolListChangedNotificationSchema,
  'notifications/elicitation/complete': core.ElicitationCompleteNotificationSchema,
  ping: core.PingRequestSchema,
  'roots/list': core.ListRootsRequestSchema,
  'sampling/createMessage': core.CreateMessageRequestSchema,
  'elicitation/create': core.ElicitRequestSchema,
};

function verdict({ revision, part, method, value }) {
  if (revision !== kRevision) return null;
  if (part === 'error') {
    return core.JSONRPCErrorResponseSchema.safeParse({ jsonrpc: '2.0', id: 1, error: value }).success;
  }
  if (part === 'result') return results[method] ? results[method].safeParse(value).success : null;
  if (!messages[method]) return null;
  return messages[method].safeParse(value === null ? { method } : { method, params: value }).success;
}

process.stdout.write(JSON.stringify(JSON.parse(readFileSync(casesPath, 'utf8')).map(verdict)));
