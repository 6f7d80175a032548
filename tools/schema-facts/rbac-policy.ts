/**
 * Records server/authz/rbac/bootstrap-policy.json from a kube-apiserver that has just made its default roles and bindings, with no
 * controller beside it (which would fill in aggregated roles).
 * Usage: node tools/schema-facts/rbac-policy.ts --server URL --token T [--insecure]
 */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { get, type Reference } from './reference.ts'

interface Stored {
  metadata: { name: string; namespace?: string; labels: Record<string, string>; annotations: Record<string, string> }
  rules?: object[] | null
  aggregationRule?: object
  roleRef?: { kind: string; name: string }
  subjects?: object[]
}

const BOOTSTRAPPING = 'kubernetes.io/bootstrapping'
const AUTOUPDATE = 'rbac.authorization.kubernetes.io/autoupdate'

/** What tells the object from its neighbours: kind, label and annotation are the same for all. */
function facts({ metadata, rules, aggregationRule, roleRef, subjects }: Stored): object {
  const { name, namespace, annotations } = metadata
  const { [BOOTSTRAPPING]: mark, ...labels } = metadata.labels
  if (mark !== 'rbac-defaults' || JSON.stringify(annotations) !== `{"${AUTOUPDATE}":"true"}`)
    throw new Error(`${name} is not marked as the others are`)
  return {
    name,
    ...(namespace === undefined ? {} : { namespace }),
    ...(Object.keys(labels).length === 0 ? {} : { labels }),
    ...(aggregationRule === undefined ? {} : { aggregationRule }),
    ...(roleRef === undefined ? { rules: rules ?? [] } : { role: `${roleRef.kind}/${roleRef.name}`, subjects: subjects ?? [] }),
  }
}

async function recorded(ref: Reference, resource: string): Promise<string> {
  const list = JSON.parse((await get(ref, `/apis/rbac.authorization.k8s.io/v1/${resource}`)).toString()) as { items: Stored[] }
  const own = list.items.filter((o) => o.metadata.labels?.[BOOTSTRAPPING] !== undefined)
  return `${JSON.stringify(resource)}: [\n${own.map((o) => JSON.stringify(facts(o))).join(',\n')}\n]`
}

const { values } = parseArgs({
  options: { server: { type: 'string' }, token: { type: 'string' }, insecure: { type: 'boolean', default: false } },
})
if (values.server === undefined || values.token === undefined) {
  console.error('usage: rbac-policy --server URL --token T [--insecure]')
  process.exit(2)
}
const ref = { server: values.server, token: values.token, insecure: values.insecure }
const lists: string[] = []
for (const resource of ['clusterroles', 'clusterrolebindings', 'roles', 'rolebindings']) lists.push(await recorded(ref, resource))
writeFileSync(join(import.meta.dirname, '../../server/authz/rbac/bootstrap-policy.json'), `{\n${lists.join(',\n')}\n}\n`)
