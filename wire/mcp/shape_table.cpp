#include "wire/mcp/shape_table.hpp"

namespace weir::wire::mcp {

std::string_view shape_table() {
  return R"table(
error = Error

result initialize = InitializeResult @..2025-11-25
result ping = Result @..2025-11-25
result logging/setLevel = Result @..2025-11-25
result resources/subscribe = Result @..2025-11-25
result resources/unsubscribe = Result @..2025-11-25
result server/discover = DiscoverResult @2026-07-28
result subscriptions/listen = Result @2026-07-28
result completion/complete = CompleteResult
result prompts/get = GetPromptResult @..2025-11-25
result prompts/get = GetPromptResult|InputRequiredResult @2026-07-28
result prompts/list = ListPromptsResult
result resources/list = ListResourcesResult
result resources/read = ReadResourceResult @..2025-11-25
result resources/read = ReadResourceResult|InputRequiredResult @2026-07-28
result resources/templates/list = ListResourceTemplatesResult
result tools/call = CallToolResult @..2025-11-25
result tools/call = CallToolResult|InputRequiredResult @2026-07-28
result tools/list = ListToolsResult
result tasks/get = Task @2025-11-25..2025-11-25
result tasks/list = ListTasksResult @2025-11-25..2025-11-25

params notifications/cancelled = Cancelled
params notifications/message = LoggingMessage
params notifications/progress = Progress
params notifications/prompts/list_changed = Params
params notifications/resources/list_changed = Params
params notifications/resources/updated = ResourceUpdated
params notifications/tools/list_changed = Params
params notifications/elicitation/complete = ElicitationComplete @2025-11-25..2025-11-25
params notifications/subscriptions/acknowledged = SubscriptionsAcknowledged @2026-07-28

params ping = Params @..2025-11-25
params roots/list = Params @..2025-11-25
params sampling/createMessage = CreateMessage @..2025-11-25
params elicitation/create = ElicitForm @2025-06-18..2025-06-18
params elicitation/create = ElicitUrl|ElicitForm @2025-11-25..2025-11-25

Error
  code integer
  message string

Params
  _meta? object

Result
  _meta? object
  resultType string @2026-07-28

Page
  _meta? object
  nextCursor? string
  resultType string @2026-07-28
  ttlMs count @2026-07-28
  cacheScope "public"|"private" @2026-07-28

InputRequiredResult
  _meta? object
  resultType "input_required"
  inputRequests? {InputRequest}
  requestState? string

InputRequest = CreateMessageInput|ListRootsInput|ElicitInput

CreateMessageInput
  method "sampling/createMessage"
  params CreateMessage

ListRootsInput
  method "roots/list"
  params? object

ElicitInput
  method "elicitation/create"
  params ElicitUrl|ElicitForm

InitializeResult
  _meta? object
  protocolVersion string
  capabilities ServerCapabilities
  serverInfo Implementation
  instructions? string

DiscoverResult
  _meta? object
  resultType string
  ttlMs count
  cacheScope "public"|"private"
  supportedVersions [string]
  capabilities ServerCapabilities
  instructions? string

ServerCapabilities
  experimental? {object}
  extensions? {object} @2026-07-28
  logging? object
  completions? object @2025-03-26
  prompts? ListChanged
  resources? ResourcesCapability
  tools? ListChanged
  tasks? TasksCapability @2025-11-25..2025-11-25

ListChanged
  listChanged? boolean

ResourcesCapability
  listChanged? boolean
  subscribe? boolean

TasksCapability
  list? object
  cancel? object
  requests? TaskRequests

TaskRequests
  tools? ToolTaskRequests

ToolTaskRequests
  call? object

Implementation
  name string
  version string
  title? string @2025-06-18
  description? string @2025-11-25
  websiteUrl? string @2025-11-25
  icons? [Icon] @2025-11-25

Icon
  src string
  mimeType? string
  sizes? [string]
  theme? "light"|"dark"

Annotations
  audience? [Role]
  priority? unit
  lastModified? string @2025-06-18

Role = "user"|"assistant"

CompleteResult
  _meta? object
  resultType string @2026-07-28
  completion Completion

Completion
  values [string]
  total? integer
  hasMore? boolean

ListPromptsResult : Page
  prompts [Prompt]

Prompt
  name string
  title? string @2025-06-18
  description? string
  arguments? [PromptArgument]
  icons? [Icon] @2025-11-25
  _meta? object @2025-06-18

PromptArgument
  name string
  title? string @2025-06-18
  description? string
  required? boolean

GetPromptResult
  _meta? object
  resultType string @2026-07-28
  description? string
  messages [PromptMessage]

PromptMessage
  role Role
  content ContentBlock

ListResourcesResult : Page
  resources [Resource]

Resource
  uri string
  name string
  title? string @2025-06-18
  description? string
  mimeType? string
  size? integer
  annotations? Annotations
  icons? [Icon] @2025-11-25
  _meta? object @2025-06-18

ListResourceTemplatesResult : Page
  resourceTemplates [ResourceTemplate]

ResourceTemplate
  uriTemplate string
  name string
  title? string @2025-06-18
  description? string
  mimeType? string
  annotations? Annotations
  icons? [Icon] @2025-11-25
  _meta? object @2025-06-18

ReadResourceResult
  _meta? object
  resultType string @2026-07-28
  ttlMs count @2026-07-28
  cacheScope "public"|"private" @2026-07-28
  contents [ResourceContents]

ResourceContents = TextContents|BlobContents

TextContents
  uri string
  mimeType? string
  text string
  _meta? object @2025-06-18

BlobContents
  uri string
  mimeType? string
  blob base64
  _meta? object @2025-06-18

ListToolsResult : Page
  tools [Tool]

Tool
  name string
  title? string @2025-06-18
  description? string
  inputSchema ToolSchema
  outputSchema? ToolSchema @2025-06-18..2025-11-25
  outputSchema? AnySchema @2026-07-28
  annotations? ToolAnnotations @2025-03-26
  execution? ToolExecution @2025-11-25..2025-11-25
  icons? [Icon] @2025-11-25
  _meta? object @2025-06-18

ToolSchema
  $schema? string @2025-11-25
  type "object"
  properties? {object} @..2025-11-25
  required? [string] @..2025-11-25

AnySchema
  $schema? string

ToolAnnotations
  title? string
  readOnlyHint? boolean
  destructiveHint? boolean
  idempotentHint? boolean
  openWorldHint? boolean

ToolExecution
  taskSupport? "forbidden"|"optional"|"required"

Task
  _meta? object
  taskId string
  status "working"|"input_required"|"completed"|"failed"|"cancelled"
  statusMessage? string
  createdAt string
  lastUpdatedAt string
  ttl number|null
  pollInterval? number

ListTasksResult : Page
  tasks [Task]

CallToolResult
  _meta? object
  resultType string @2026-07-28
  content [ContentBlock]
  structuredContent? object @2025-06-18..2025-11-25
  structuredContent? any @2026-07-28
  isError? boolean

ContentBlock = TextContent|ImageContent|EmbeddedResource @..2024-11-05
ContentBlock = TextContent|ImageContent|AudioContent|EmbeddedResource @2025-03-26..2025-03-26
ContentBlock = TextContent|ImageContent|AudioContent|ResourceLink|EmbeddedResource @2025-06-18

TextContent
  type "text"
  text string
  annotations? Annotations
  _meta? object @2025-06-18

ImageContent
  type "image"
  data base64
  mimeType string
  annotations? Annotations
  _meta? object @2025-06-18

AudioContent
  type "audio"
  data base64
  mimeType string
  annotations? Annotations
  _meta? object @2025-06-18

ResourceLink : Resource
  type "resource_link"

EmbeddedResource
  type "resource"
  resource ResourceContents
  annotations? Annotations
  _meta? object @2025-06-18

Cancelled
  _meta? object @2025-11-25
  requestId id @..2025-06-18
  requestId? id @2025-11-25..2025-11-25
  requestId id @2026-07-28
  reason? string

LoggingMessage
  _meta? object @2025-11-25
  level LoggingLevel
  logger? string
  data any

LoggingLevel = "debug"|"info"|"notice"|"warning"|"error"|"critical"|"alert"|"emergency"

Progress
  _meta? object @2025-11-25
  progressToken id
  progress number
  total? number
  message? string @2025-03-26

ResourceUpdated
  _meta? object @2025-11-25
  uri string

ElicitationComplete
  elicitationId string

SubscriptionsAcknowledged
  _meta? object
  notifications SubscriptionFilter

SubscriptionFilter
  promptsListChanged? boolean
  resourcesListChanged? boolean
  toolsListChanged? boolean
  resourceSubscriptions? [string]

CreateMessage
  _meta? object @2025-11-25
  messages [SamplingMessage]
  maxTokens integer
  modelPreferences? ModelPreferences
  systemPrompt? string
  includeContext? "none"|"thisServer"|"allServers"
  temperature? number
  stopSequences? [string]
  metadata? object
  tools? [Tool] @2025-11-25
  toolChoice? ToolChoice @2025-11-25

ModelPreferences
  hints? [ModelHint]
  costPriority? unit
  speedPriority? unit
  intelligencePriority? unit

ModelHint
  name? string

ToolChoice
  mode? "auto"|"required"|"none"

SamplingMessage
  role Role
  content TextContent|ImageContent @..2024-11-05
  content TextContent|ImageContent|AudioContent @2025-03-26..2025-06-18
  content SamplingBlock|[SamplingBlock] @2025-11-25
  _meta? object @2025-11-25

SamplingBlock = TextContent|ImageContent|AudioContent|ToolUseContent|ToolResultContent

ToolUseContent
  type "tool_use"
  id string
  name string
  input object
  _meta? object

ToolResultContent
  type "tool_result"
  toolUseId string
  content [ContentBlock]
  structuredContent? object
  isError? boolean
  _meta? object

ElicitForm
  _meta? object @2025-11-25
  mode? "form" @2025-11-25
  message string
  requestedSchema ElicitSchema

ElicitUrl
  _meta? object
  mode "url"
  message string
  elicitationId string @..2025-11-25
  url string

ElicitSchema
  $schema? string @2025-11-25
  type "object"
  properties {ElicitProperty}
  required? [string]

ElicitProperty
  type "string"|"number"|"integer"|"boolean" @..2025-06-18
  type "string"|"number"|"integer"|"boolean"|"array" @2025-11-25
  title? string
  description? string
)table";
}

}  // namespace weir::wire::mcp
