// Who may not import whom (docs/decisions/0005-two-commands.md says how this is checked). One row is one rule, with one file in
// tools/lint-canary/ that breaks it.

/** Folders, the more special first. `storage` alone means the contract beside the backends, `registry` the definitions and the live set of them, `registry-resources` a kind each. */
export const elements = [
  { type: 'sqlite', pattern: 'server/storage/sqlite' },
  { type: 'etcd3', pattern: 'server/storage/etcd3' },
  { type: 'storage-testing', pattern: 'server/storage/testing' },
  { type: 'storage', pattern: 'server/storage' },
  { type: 'registry-generic', pattern: 'server/registry/generic' },
  { type: 'registry-resources', pattern: 'server/registry/*' },
  { type: 'registry', pattern: 'server/registry' },
  ...[
    ...[
      'machinery',
      'apis',
      'scheme',
      'codec',
      'cache',
      'patch',
      'fieldmanager',
      'authn',
      'authz',
      'admission',
      'audit',
      'handlers',
      'filters',
      'serving',
    ],
    ...[
      'discovery',
      'openapi',
      'proxy',
      'extensions',
      'cel',
      'client',
      'controllers',
      'scheduler',
      'node',
      'gateway',
      'options',
      'aggregator',
      'profiling',
      'quota',
      'request',
      'webhook',
    ],
  ].map((type) => ({ type, pattern: `server/${type}` })),
  { type: 'server-main', pattern: 'server' },
  { type: 'ipc', pattern: 'electron/ipc' },
  { type: 'preload', pattern: 'electron/preload' },
  { type: 'electron-main', pattern: 'electron/main' },
  ...['kube', 'queries', 'ui', 'tools', 'resources', 'app'].map((room) => ({ type: `window-${room}`, pattern: `renderer/${room}` })),
  { type: 'renderer', pattern: 'renderer' },
  { type: 'e2e', pattern: 'e2e' },
  // By the whole path: `renderer/tools` is another room.
  { type: 'tools', partialMatch: false, pattern: ['tools/*.{ts,mjs}', 'tools/!(lint-canary)/**'] },
]

/** Files that are a rule's matter by themselves. */
export const files = [{ category: 'type-table', pattern: '**/server/scheme/{index,facts}.ts' }]

const all = [...new Set(elements.map((e) => e.type))]
const server = all.slice(0, all.indexOf('ipc'))
/** @param {string[]} types */
const except = (...types) => all.filter((t) => !types.includes(t))
const registry = ['registry', 'registry-generic', 'registry-resources']
const backends = ['sqlite', 'etcd3']
const loops = ['controllers', 'scheduler', 'node']
/** The rooms of the window, the lowest first: what is below knows nothing of what is above; `queries` and `ui` stand beside each other. */
const rooms = all.filter((t) => t.startsWith('window-'))
const renderer = [...rooms, 'renderer']

/**
 * `kind: 'value'` leaves `import type` free.
 * @type {{ name: string, from: string[], never: string[], neverFiles?: string[], kind?: 'value', message: string }[]}
 */
export const directions = [
  {
    name: 'machinery-is-a-leaf',
    from: ['machinery'],
    never: except('machinery'),
    message: 'machinery is a leaf: it imports nothing of the project',
  },
  {
    name: 'backends-stay-apart',
    from: ['etcd3', 'sqlite'],
    never: except('machinery', 'storage', 'storage-testing', 'etcd3', 'sqlite'),
    message: 'a backend imports the storage contract and machinery only',
  },
  { name: 'sqlite-not-etcd3', from: ['sqlite'], never: ['etcd3'], message: 'backends never import each other' },
  { name: 'etcd3-not-sqlite', from: ['etcd3'], never: ['sqlite'], message: 'backends never import each other' },
  {
    name: 'storage-is-below',
    from: ['storage', 'storage-testing'],
    never: except('machinery', 'storage', 'storage-testing'),
    message: 'the storage contract imports machinery only',
  },
  {
    name: 'backends-behind-contract',
    from: except('server-main', 'options', 'sqlite', 'etcd3', 'tools', 'e2e'),
    never: backends,
    message: 'only server/main.ts and options choose a backend; everything else knows the contract',
  },
  {
    name: 'cache-is-below',
    from: ['cache'],
    never: [...registry, 'handlers', 'filters', 'serving', 'client', 'gateway', ...loops],
    message: 'the cache knows storage, not who asks it',
  },
  {
    name: 'registry-is-below',
    from: registry,
    never: ['handlers', 'filters', 'proxy', 'aggregator', 'discovery', 'openapi', 'serving', 'client', 'gateway', ...loops],
    message: 'the registry knows cache and storage, not who asks it',
  },
  {
    name: 'registry-knows-no-kind',
    from: ['registry', 'registry-generic'],
    never: ['registry-resources'],
    message: 'the registry serves what definitions say and knows no kind: control-plane/kinds.ts lists them',
  },
  {
    name: 'kinds-are-listed',
    from: ['registry-generic', 'registry-resources'],
    never: ['registry'],
    kind: 'value',
    message: 'a kind exports its definition; control-plane/kinds.ts lists it and the registry serves it',
  },
  {
    name: 'admission-beside-registry',
    from: ['admission'],
    never: [...backends, ...registry, 'request', 'handlers', 'filters', 'proxy', 'serving', 'client', 'gateway', ...loops],
    message: 'admission is told of a write and looks up what it is given: it knows no registry',
  },
  {
    name: 'who-and-what-beside-registry',
    from: ['authn', 'authz'],
    never: [...backends, ...registry, 'admission', 'request', 'handlers', 'filters', 'proxy', 'client', 'gateway', ...loops],
    message: 'authn and authz look up what they are given: they know no registry, and nobody who asks them',
  },
  {
    name: 'request-tells-of-one',
    from: ['request'],
    never: server.filter((t) => !['request', 'machinery', 'scheme', 'authn', 'authz', 'admission', 'serving'].includes(t)),
    message:
      'request is what is known of one request: the contracts of who asks, of what judges it and of its types, and nothing that answers',
  },
  {
    name: 'request-is-a-leaf',
    from: ['request'],
    never: server.filter((t) => !['request', 'machinery'].includes(t)),
    kind: 'value',
    message: 'request takes contracts of others, with `import type`',
  },
  {
    name: 'filters-know-no-object',
    from: ['filters'],
    never: [...backends, 'storage', 'cache', ...registry, 'handlers', 'proxy', 'aggregator', 'discovery', 'openapi', 'gateway', ...loops],
    message: 'filters look at requests, whatever they are about',
  },
  {
    name: 'proxy-is-below-handlers',
    from: ['proxy'],
    never: [...backends, 'storage', 'handlers', 'filters', 'discovery', 'openapi', 'aggregator', 'gateway', ...loops],
    message: 'the proxy hands requests on: handlers and aggregator use it, not the other way round',
  },
  {
    name: 'views-of-the-registry',
    from: ['discovery', 'openapi'],
    never: [...backends, 'storage', 'cache', 'handlers', 'filters', 'proxy', 'aggregator', 'gateway', ...loops],
    message: 'discovery and openapi show what the registry serves',
  },
  {
    name: 'serving-is-http',
    from: ['serving'],
    never: server.filter((t) => !['serving', 'machinery'].includes(t)),
    message: 'serving speaks HTTP and knows no API',
  },
  {
    name: 'webhook-is-a-client',
    from: ['webhook'],
    never: server.filter((t) => !['webhook', 'machinery', 'codec', 'scheme'].includes(t)),
    message: 'webhook calls servers of others, for whoever asks: admission, conversion, authentication',
  },
  {
    name: 'handlers-not-resources',
    from: ['handlers', 'filters', 'discovery', 'openapi'],
    never: ['registry-resources'],
    message: 'handlers never import a resource folder: they know registry/generic',
  },
  {
    name: 'data-is-pure',
    from: ['apis', 'scheme', 'codec'],
    never: [...backends, 'storage', 'cache', ...registry, 'handlers', 'filters', 'serving', 'client', 'gateway', ...loops],
    message: 'apis, scheme and codec are functions over data',
  },
  {
    name: 'fieldmanager-is-pure',
    from: ['fieldmanager'],
    never: server.filter((t) => !['fieldmanager', 'machinery', 'scheme'].includes(t)),
    message: 'fieldmanager is functions over objects and their structure',
  },
  {
    name: 'aggregator-is-on-top',
    from: ['aggregator'],
    never: [...backends, 'storage', 'handlers', 'discovery', 'openapi', 'gateway', ...loops],
    message: 'the aggregator puts what other servers serve into the registry: who shows or asks for it knows the registry only',
  },
  {
    name: 'extensions-is-pure',
    from: ['extensions'],
    never: server.filter((t) => !['extensions', 'machinery', 'apis', 'fieldmanager', 'cel'].includes(t)),
    message: 'extensions is functions over definitions, schemas and objects: what serves them imports it',
  },
  {
    name: 'profiling-is-below',
    from: ['profiling'],
    never: server.filter((t) => !['profiling', 'machinery'].includes(t)),
    message: 'profiling is of the process: API server and kubelets serve it, and it knows neither',
  },
  {
    name: 'quota-is-pure',
    from: ['quota'],
    never: server.filter((t) => !['quota', 'machinery', 'apis'].includes(t)),
    message: 'quota counts objects that it is given, for admission and for the loop that counts anew',
  },
  {
    name: 'cel-is-a-language',
    from: ['cel'],
    never: server.filter((t) => !['cel', 'machinery'].includes(t)),
    message: 'cel is a language with values: it says what it needs of a schema, and knows nobody who asks it',
  },
  {
    name: 'type-table-is-handed-out',
    from: server.filter((t) => !['scheme', 'server-main'].includes(t)),
    never: [],
    neverFiles: ['type-table'],
    message: 'a type is known by its Schema, or looked up in the KindTypes that one is given: only composition takes the table itself',
  },
  {
    name: 'scheme-below-codec',
    from: ['scheme'],
    never: ['codec'],
    message: 'codecs read the scheme; the scheme knows no encoding',
  },
  {
    name: 'loops-use-the-client',
    from: loops,
    never: ['storage', 'cache', ...registry, 'handlers', 'filters'],
    message: 'controllers, scheduler and node speak to the API through client, never to storage',
  },
  {
    name: 'client-is-outside',
    from: ['client'],
    never: ['storage', 'cache', ...registry, 'handlers', 'gateway', ...loops],
    message: 'the client knows the API, not how it is made',
  },
  {
    name: 'gateway-is-outside',
    from: ['gateway'],
    never: server.filter((t) => !['gateway', 'machinery', 'client'].includes(t)),
    message: 'the gateway speaks HTTP to every cluster, the local one included',
  },
  { name: 'main-is-the-root', from: except('server-main'), never: ['server-main'], message: 'nothing imports server/main.ts' },
  {
    name: 'server-stands-alone',
    from: server,
    never: ['ipc', 'preload', 'electron-main', ...renderer, 'e2e', 'tools'],
    message: 'the server runs without Electron and without the window',
  },
  { name: 'ipc-imports-nothing', from: ['ipc'], never: except('ipc'), message: 'electron/ipc imports nothing' },
  {
    name: 'preload-knows-ipc',
    from: ['preload'],
    never: except('preload', 'ipc'),
    message: 'the preload script imports electron/ipc only',
  },
  {
    name: 'shell-knows-ipc',
    from: ['electron-main'],
    never: except('electron-main', 'ipc'),
    message: 'Electron runs the host as a program and speaks HTTP to it',
  },
  {
    name: 'renderer-types-only',
    from: renderer,
    never: [...server, 'ipc'],
    kind: 'value',
    message: 'the renderer takes types from ipc and the API, with `import type`',
  },
  { name: 'renderer-not-shell', from: renderer, never: ['preload', 'electron-main'], message: 'the renderer knows electron/ipc only' },
  {
    name: 'window-kube-is-a-leaf',
    from: ['window-kube'],
    never: renderer.filter((t) => t !== 'window-kube'),
    message: 'renderer/kube speaks to clusters and knows no window',
  },
  {
    name: 'window-queries-above-kube',
    from: ['window-queries'],
    never: renderer.filter((t) => !['window-kube', 'window-queries'].includes(t)),
    message: 'renderer/queries asks through renderer/kube and draws nothing',
  },
  {
    name: 'window-ui-knows-no-query',
    from: ['window-ui'],
    never: renderer.filter((t) => !['window-kube', 'window-ui'].includes(t)),
    message: 'renderer/ui draws what it is given',
  },
  {
    name: 'window-tools-know-no-kind',
    from: ['window-tools'],
    never: ['window-resources', 'window-app', 'renderer'],
    message: 'renderer/tools serve every kind: a kind uses a tool, not the other way round',
  },
  {
    name: 'window-resources-below-app',
    from: ['window-resources'],
    never: ['window-app', 'renderer'],
    message: 'a kind is shown by the app, and knows nothing of the frame around it',
  },
]
