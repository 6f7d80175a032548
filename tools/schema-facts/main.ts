/**
 * Derives server/scheme/facts/*.json from a running kube-apiserver and the Go modules of its API.
 * Usage: node tools/schema-facts/main.ts --server URL --token T [--insecure] --module-dir DIR
 * DIR holds a Go module whose requirements name the versions of k8s.io/api and its siblings (`go list -m` runs there).
 */
import { execFileSync } from 'node:child_process'
import { mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { readGoPackage } from './go-types.ts'
import { type ProtoMessage, parseProto } from './proto.ts'
import { readDocuments } from './reference.ts'
import { resourcesDocument, typesDocument } from './table.ts'
import { type Source, openApiPackage } from './types.ts'

const modules = ['k8s.io/api', 'k8s.io/apimachinery', 'k8s.io/apiextensions-apiserver', 'k8s.io/kube-aggregator']
/** Not in any group's OpenAPI document, yet spoken (discovery, admission webhooks) or stored (versions of 1.36). */
const unserved = new Set([
  'io.k8s.api.admission.v1',
  'io.k8s.api.apidiscovery.v2',
  'io.k8s.api.certificates.v1beta1',
  'io.k8s.api.resource.v1beta2',
  'io.k8s.api.storagemigration.v1beta1',
  'io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1beta1',
  'io.k8s.apimachinery.pkg.apis.meta.v1beta1',
])

const { values } = parseArgs({
  options: {
    server: { type: 'string' },
    token: { type: 'string' },
    insecure: { type: 'boolean', default: false },
    'module-dir': { type: 'string' },
    out: { type: 'string', default: join(import.meta.dirname, '../../server/scheme/facts') },
  },
})
if (values.server === undefined || values.token === undefined || values['module-dir'] === undefined) {
  console.error('usage: schema-facts --server URL --token T [--insecure] --module-dir DIR [--out DIR]')
  process.exit(2)
}

const documents = await readDocuments({ server: values.server, token: values.token, insecure: values.insecure })
const served = new Set([...documents.schemas.keys()].map((name) => name.slice(0, name.lastIndexOf('.'))))
const wrapped = new Set<string>()
const sources: Source[] = []
for (const module of modules) {
  const dir = execFileSync('go', ['list', '-m', '-f', '{{.Dir}}', module], { cwd: values['module-dir'], encoding: 'utf8' }).trim()
  for (const file of readdirSync(dir, { recursive: true, encoding: 'utf8' }).sort()) {
    if (!file.endsWith('generated.proto')) continue
    const folder = join(dir, file, '..')
    const found = parseProto(readFileSync(join(dir, file), 'utf8'))
    const pkg = found[0]?.package
    // Packages without a version (runtime, resource, intstr) hold only what has a form of its own.
    if (pkg === undefined || !/\.v\d\w*$/.test(pkg) || !(served.has(openApiPackage(pkg)) || unserved.has(openApiPackage(pkg)))) continue
    const go = readGoPackage(folder)
    const messages = new Map<string, ProtoMessage>(found.map((m) => [m.name, m]))
    for (const [name, under] of go.named) if (under === '[]string' && messages.has(name)) wrapped.add(`${pkg}.${name}`)
    sources.push({ go, messages, schemas: documents.schemas, package: pkg, wrapped })
  }
}
mkdirSync(values.out, { recursive: true })
for (const [name, text] of [
  ['types.json', typesDocument(sources, documents.schemas)],
  ['resources.json', resourcesDocument(documents)],
] as const) {
  writeFileSync(join(values.out, name), text)
  console.log(`${name}: ${text.length} bytes`)
}
