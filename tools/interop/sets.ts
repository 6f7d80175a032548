import { execFileSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseAllDocuments } from 'yaml'

/** What real projects have people install, from the Go modules that carry it. */
interface Source {
  name: string
  /** `path@version`. */
  module: string
  /** Manifests and folders of manifests in the module. */
  files?: readonly string[]
  /** Charts in the module, as helm renders them. */
  charts?: readonly string[]
  namespace?: string
  values?: readonly string[]
}

const sources: readonly Source[] = [
  {
    name: 'cert-manager',
    module: 'github.com/cert-manager/cert-manager@v1.21.2',
    charts: ['deploy/charts/cert-manager'],
    namespace: 'cert-manager',
    values: ['crds.enabled=true'],
  },
  { name: 'prometheus-operator', module: 'github.com/prometheus-operator/prometheus-operator@v0.85.0', files: ['bundle.yaml'] },
  { name: 'argo-cd', module: 'github.com/argoproj/argo-cd/v3@v3.3.0', files: ['manifests/install.yaml'] },
  { name: 'gateway-api', module: 'sigs.k8s.io/gateway-api@v1.5.0', files: ['config/crd/standard'] },
  { name: 'gateway-api, experimental', module: 'sigs.k8s.io/gateway-api@v1.5.0', files: ['config/crd/experimental'] },
  {
    name: 'istio',
    module: 'istio.io/istio@v0.0.0-20260827124520-eed52ebb66ad',
    charts: ['manifests/charts/base', 'manifests/charts/istio-control/istio-discovery'],
    namespace: 'istio-system',
  },
  {
    name: 'Crossplane',
    module: 'github.com/crossplane/crossplane/v2@v2.1.0',
    files: ['cluster/crds', 'cluster/webhookconfigurations/usage.yaml'],
    charts: ['cluster/charts/crossplane'],
    namespace: 'crossplane-system',
  },
]

export interface Manifest {
  apiVersion: string
  kind: string
  metadata: { name: string; namespace?: string }
  [field: string]: unknown
}

export interface ManifestSet {
  name: string
  manifests: readonly Manifest[]
}

const LIMIT = 512 * 1024 * 1024
const NO_MANIFEST = /^kustomization\.yaml$/

const documents = (text: string): Manifest[] => {
  const all = parseAllDocuments(text).map((d) => d.toJS({ maxAliasCount: -1 }) as Manifest | null)
  return all.flatMap((m) => (m === null ? [] : m.kind === 'List' ? (m as unknown as { items: Manifest[] }).items : [m]))
}

/** The module's folder; go fetches it once. */
function moduleFolder(module: string): string {
  // Outside of any module of its own, so that nothing else has a say in the version.
  const dir = mkdtempSync(join(tmpdir(), 'binnacle-module-'))
  try {
    const text = execFileSync('go', ['mod', 'download', '-json', module], { cwd: dir, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] })
    return (JSON.parse(text) as { Dir: string }).Dir
  } finally {
    rmSync(dir, { recursive: true })
  }
}

function read(path: string): Manifest[] {
  if (statSync(path).isFile()) return documents(readFileSync(path, 'utf8'))
  const files = readdirSync(path).filter((f) => f.endsWith('.yaml') && !NO_MANIFEST.test(f))
  return files.sort().flatMap((f) => read(join(path, f)))
}

function render(assets: string, chart: string, { name, namespace, values = [] }: Source): Manifest[] {
  const args = ['template', name.toLowerCase(), chart, ...(namespace === undefined ? [] : ['--namespace', namespace])]
  const text = execFileSync(join(assets, 'helm'), [...args, '--no-hooks', ...values.flatMap((v) => ['--set', v])], {
    encoding: 'utf8',
    maxBuffer: LIMIT,
  })
  return documents(text)
}

function load(assets: string, source: Source): ManifestSet {
  const { name, module, files = [], charts = [] } = source
  const folder = moduleFolder(module)
  return {
    name,
    manifests: [...files.flatMap((f) => read(join(folder, f))), ...charts.flatMap((c) => render(assets, join(folder, c), source))],
  }
}

const GROUPS = 50
const KINDS_PER_GROUP = 10

/** A definition with an object of it. */
function generated(group: string, n: number): [Manifest, Manifest] {
  const [kind, plural] = [`Part${n}`, `part${n}s`]
  const spec = {
    type: 'object',
    required: ['size'],
    properties: {
      size: { type: 'integer', minimum: 1, default: n + 1 },
      mode: { type: 'string', enum: ['Fast', 'Slow'], default: 'Fast' },
      ports: {
        type: 'array',
        'x-kubernetes-list-type': 'map',
        'x-kubernetes-list-map-keys': ['port', 'protocol'],
        items: {
          type: 'object',
          required: ['port'],
          properties: {
            port: { type: 'integer' },
            protocol: { type: 'string', default: 'TCP' },
            target: { 'x-kubernetes-int-or-string': true },
          },
        },
      },
      extra: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
    },
    'x-kubernetes-validations': [{ rule: 'self.size < 1000', message: 'too large' }],
  }
  const schema = {
    openAPIV3Schema: { type: 'object', properties: { spec, status: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } } },
  }
  const columns = [{ name: 'Size', type: 'integer', jsonPath: '.spec.size' }]
  const version = { name: 'v1', served: true, storage: true, subresources: { status: {} }, additionalPrinterColumns: columns, schema }
  return [
    {
      apiVersion: 'apiextensions.k8s.io/v1',
      kind: 'CustomResourceDefinition',
      metadata: { name: `${plural}.${group}` },
      spec: { group, scope: n % 2 === 0 ? 'Cluster' : 'Namespaced', names: { kind, plural, singular: `part${n}` }, versions: [version] },
    },
    {
      apiVersion: `${group}/v1`,
      kind,
      metadata: { name: 'one', ...(n % 2 === 0 ? {} : { namespace: 'default' }) },
      spec: { size: n + 2, ports: [{ port: 80 }, { port: 81, protocol: 'UDP', target: 'web' }], extra: { a: [1, 2.5, null] } },
    },
  ]
}

const generatedSet = (): ManifestSet => ({
  name: `${GROUPS * KINDS_PER_GROUP} generated`,
  manifests: Array.from({ length: GROUPS }, (_, g) =>
    Array.from({ length: KINDS_PER_GROUP }, (_none, n) => generated(`g${g}.parts.example.com`, n)),
  ).flat(2),
})

/** Sets are loaded one after the other, when they are asked for. */
export function* manifestSets(assets: string, only: RegExp): IterableIterator<ManifestSet> {
  for (const source of sources) if (only.test(source.name)) yield load(assets, source)
  const last = generatedSet()
  if (only.test(last.name)) yield last
}
