import { readFileSync } from 'node:fs'
import type { UserInfo } from '../authn/contract.ts'
import { typeMeta } from '../codec/body.ts'
import { parseYaml } from '../codec/yaml.ts'
import { goQuote } from '../machinery/go-quote.ts'
import { GoFields } from '../machinery/go-fields.ts'
import type { JsonObject } from '../machinery/json-walk.ts'
import { parseJson } from '../machinery/json.ts'
import { allow, type Attributes, type Authorizer, type Decision } from './contract.ts'

/** One line of the file: who, and what of it. */
interface AbacPolicy {
  readonly user: string
  readonly group: string
  readonly readonly: boolean
  readonly apiGroup: string
  readonly resource: string
  readonly namespace: string
  readonly nonResourcePath: string
}

const GROUP = 'abac.authorization.kubernetes.io'
const ALL = 'system:authenticated'
const READS: readonly string[] = ['get', 'list', 'watch']
const NO_MATCH: Decision = { decision: 'no-opinion', reason: 'No policy matched.' }

/** `--authorization-mode=ABAC` (pkg/auth/authorizer/abac): policies of a file that is read once. @throws Error of one sentence */
export function abacAuthorizer(file: string): Authorizer {
  const policies = readPolicies(file)
  return {
    name: 'abac',
    authorize: (user, attributes) => (policies.some((p) => isMeant(p, user) && allows(p, attributes)) ? allow : NO_MATCH),
    rulesFor(user, namespace) {
      const own = policies.filter((p) => isMeant(p, user) && (p.namespace === '*' || p.namespace === namespace))
      const verbs = (p: AbacPolicy): readonly string[] => (p.readonly ? READS : ['*'])
      return {
        resourceRules: own
          .filter(({ resource }) => resource !== '')
          .map((p) => ({ verbs: verbs(p), apiGroups: [p.apiGroup], resources: [p.resource] })),
        nonResourceRules: own
          .filter(({ nonResourcePath }) => nonResourcePath !== '')
          .map((p) => ({ verbs: verbs(p), nonResourceURLs: [p.nonResourcePath] })),
      }
    },
  }
}

function isMeant({ user, group }: AbacPolicy, { name, groups }: UserInfo): boolean {
  if (user === '' && group === '') return false
  return (user === '' || user === '*' || user === name) && (group === '' || group === '*' || groups.includes(group))
}

function allows(p: AbacPolicy, a: Attributes): boolean {
  if (p.readonly && !READS.includes(a.verb)) return false
  if (!a.isResourceRequest) return isPath(p.nonResourcePath, a.path)
  const fits = (told: string, asked: string): boolean => told === '*' || told === asked
  return fits(p.namespace, a.namespace) && fits(p.resource, a.resource) && fits(p.apiGroup, a.apiGroup)
}

const isPath = (told: string, path: string): boolean =>
  told === '*' || told === path || (told.endsWith('*') && path.startsWith(told.replace(/\*+$/, '')))

function readPolicies(file: string): AbacPolicy[] {
  let text: string
  try {
    text = readFileSync(file, 'utf8')
  } catch (e) {
    const { code } = e as NodeJS.ErrnoException
    throw new Error(`open ${file}: ${code === 'ENOENT' ? 'no such file or directory' : (e as Error).message}`, { cause: e })
  }
  return text.split('\n').flatMap((line, i) => {
    const told = line.replace(/\r$/, '')
    if (told.trim() === '' || told.trim().startsWith('#')) return []
    try {
      return [readPolicy(told)]
    } catch (e) {
      throw new Error(`error reading policy file ${file}, line ${i + 1}: ${told}: ${(e as Error).message}`, { cause: e })
    }
  })
}

function readPolicy(line: string): AbacPolicy {
  const read = typeMeta(parsed(line))
  const { value, apiVersion, kind } = { ...read, apiVersion: read.apiVersion || `${GROUP}/v0`, kind: read.kind || 'Policy' }
  if (kind === 'Policy' && apiVersion === `${GROUP}/v0`) return unversioned(new GoFields(value as JsonObject, 'Policy'))
  if (apiVersion !== `${GROUP}/v1beta1` || kind !== 'Policy') {
    throw new Error(`no kind ${goQuote(kind)} is registered for version ${goQuote(apiVersion)} in scheme "pkg/runtime/scheme.go:111"`)
  }
  const spec = new GoFields(value as JsonObject, 'Policy').object('spec', 'PolicySpec')
  const texts = textsOf(spec, 'apiGroup', 'nonResourcePath')
  return { ...texts, ...subject(texts), readonly: spec.bool('readonly') }
}

/** The reference takes YAML, too, where a line begins like no JSON. */
function parsed(line: string): unknown {
  try {
    return /^\s*[{[]/.test(line) ? parseJson(line) : parseYaml(line).value
  } catch (e) {
    throw new Error(`couldn't get version/kind; json parse error: ${(e as Error).message}`, { cause: e })
  }
}

const FIELDS = ['user', 'group', 'resource', 'namespace'] as const
type Texts = Omit<AbacPolicy, 'readonly'>

const textsOf = (fields: GoFields, ...more: readonly (keyof Texts)[]): Texts => ({
  ...{ apiGroup: '', nonResourcePath: '' },
  ...(Object.fromEntries([...FIELDS, ...more].map((name) => [name, fields.text(name)])) as Record<(typeof FIELDS)[number], string>),
})

/** A star means whoever has logged in. */
const subject = ({ user, group }: Texts): Pick<Texts, 'user' | 'group'> =>
  user === '*' || group === '*' ? { user: '', group: ALL } : { user, group }

/** The oldest form: what it leaves out is everything. */
function unversioned(fields: GoFields): AbacPolicy {
  const texts = textsOf(fields)
  const { user, group, resource, namespace } = texts
  return {
    ...(user === '' && group === '' ? { user, group: ALL } : subject(texts)),
    readonly: fields.bool('readonly'),
    apiGroup: '*',
    resource: resource || '*',
    namespace: namespace || '*',
    nonResourcePath: resource === '' && namespace === '' ? '*' : '',
  }
}
