/** Custom kinds for the benchmark, with a schema of the size that operators have. */
export const WIDGET = { group: 'bench.binnacle.dev', version: 'v1', plural: 'widgets', kind: 'Widget' } as const

const text = { type: 'string' }
const SPEC = {
  type: 'object',
  required: ['size'],
  properties: {
    size: { type: 'integer', minimum: 1, maximum: 1000 },
    colour: { type: 'string', enum: ['red', 'green', 'blue'], default: 'red' },
    owner: { type: 'string', pattern: '^[a-z][a-z0-9-]*$', maxLength: 63 },
    paused: { type: 'boolean', default: false },
    endpoints: {
      type: 'array',
      maxItems: 50,
      'x-kubernetes-list-type': 'map',
      'x-kubernetes-list-map-keys': ['name'],
      items: {
        type: 'object',
        required: ['name'],
        properties: { name: { ...text, maxLength: 63 }, host: text, port: { type: 'integer' }, weight: { type: 'integer', default: 1 } },
      },
    },
    settings: { type: 'object', additionalProperties: text },
  },
  'x-kubernetes-validations': [{ rule: 'self.size <= 500 || self.paused', message: 'large ones begin paused' }],
}

const definition = (group: string, plural: string, kind: string): object => ({
  ...{ apiVersion: 'apiextensions.k8s.io/v1', kind: 'CustomResourceDefinition' },
  metadata: { name: `${plural}.${group}` },
  spec: {
    group,
    scope: 'Namespaced',
    names: { plural, singular: kind.toLowerCase(), kind, listKind: `${kind}List` },
    versions: [
      {
        ...{ name: WIDGET.version, served: true, storage: true, subresources: { status: {} } },
        schema: {
          openAPIV3Schema: { type: 'object', properties: { spec: SPEC, status: { type: 'object', properties: { phase: text } } } },
        },
      },
    ],
  },
})

export const WIDGETS = definition(WIDGET.group, WIDGET.plural, WIDGET.kind)

/** One of many definitions, ten to a group. */
export function numbered(i: number): { group: string; plural: string; kind: string; definition: object } {
  const [group, plural, kind] = [`g${Math.floor(i / 10)}.${WIDGET.group}`, `things${i}`, `Thing${i}`]
  return { group, plural, kind, definition: definition(group, plural, kind) }
}

export interface Widget {
  apiVersion: string
  kind: string
  metadata: object
  spec: { settings: Record<string, string> }
}

export const widget = (name: string, { group, kind }: { group: string; kind: string } = WIDGET): Widget => ({
  apiVersion: `${group}/${WIDGET.version}`,
  kind,
  metadata: { name, labels: { app: 'bench' } },
  spec: {
    ...{ size: 12, owner: 'team-a' },
    ...{
      endpoints: [
        { name: 'http', host: 'a.example.org', port: 80 },
        { name: 'https', host: 'a.example.org', port: 443, weight: 3 },
      ],
    },
    settings: { level: 'info', region: 'north', tier: 'web' },
  },
})
