import { isMap, isScalar, isSeq, LineCounter, type Node, parseAllDocuments, type ScalarTag, type YAMLMap } from 'yaml'
import type { KubeconfigFault } from './contract.ts'

export type Fields = Record<string, unknown>

export interface NamedEntry {
  name: string
  body: Fields
}

/** What one kubeconfig file says. Entries with a fault are left out, and so is everything from a syntax error on. */
export interface KubeconfigFile {
  clusters: NamedEntry[]
  users: NamedEntry[]
  contexts: NamedEntry[]
  current: string
  faults: Omit<KubeconfigFault, 'file'>[]
}

type FieldType = 'text' | 'boolean' | 'base64'

/** Fields of client-go's `clientcmd/api/v1` that it refuses when they have another type. */
const fieldTypes: Record<'cluster' | 'user' | 'context', Record<string, FieldType>> = {
  cluster: {
    server: 'text',
    'tls-server-name': 'text',
    'insecure-skip-tls-verify': 'boolean',
    'certificate-authority': 'text',
    'certificate-authority-data': 'base64',
    'proxy-url': 'text',
    'disable-compression': 'boolean',
  },
  user: {
    'client-certificate': 'text',
    'client-certificate-data': 'base64',
    'client-key': 'text',
    'client-key-data': 'base64',
    token: 'text',
    tokenFile: 'text',
    as: 'text',
    'as-uid': 'text',
    username: 'text',
    password: 'text',
  },
  context: { cluster: 'text', user: 'text', namespace: 'text' },
}

/** kubectl reads YAML 1.1, where these are no strings (`resolve.go` of goyaml.v2). */
const yes = /^(?:y|Y|yes|Yes|YES|true|True|TRUE|on|On|ON)$/
const no = /^(?:n|N|no|No|NO|false|False|FALSE|off|Off|OFF)$/
const bool: ScalarTag = {
  default: true,
  tag: 'tag:yaml.org,2002:bool',
  test: new RegExp(`${yes.source}|${no.source}`),
  resolve: (text) => yes.test(text),
}

/**
 * Reads a kubeconfig as kubectl does: of two equal keys the last one counts, merge keys work, and only the first document does. kubectl
 * refuses a whole file for one fault; here the fault is named and what stands beside it is kept.
 */
export function readKubeconfig(source: string): KubeconfigFile {
  const file: KubeconfigFile = { clusters: [], users: [], contexts: [], current: '', faults: [] }
  const lines = new LineCounter()
  const documents = parseAllDocuments(source, { uniqueKeys: false, prettyErrors: false, lineCounter: lines, customTags: ['merge', bool] })
  const [document, second] = documents
  if (document === undefined) return file
  const [broken] = document.errors
  if (broken !== undefined) file.faults.push({ line: lines.linePos(broken.pos[0]).line, message: broken.message })
  // Kubeconfigs that were put behind one another.
  if (broken === undefined && second !== undefined && isMap(second.contents)) {
    const line = lines.linePos(second.contents.range?.[0] ?? 0).line
    file.faults.push({ line, message: 'a second document begins here, and is not read: keep it in a file of its own' })
  }
  const lineOf = (node: Node | null | undefined): number => lines.linePos(node?.range?.[0] ?? 0).line
  const fault = (node: Node | null | undefined, message: string): void => void file.faults.push({ line: lineOf(node), message })
  const plain = (node: Node | null | undefined): unknown => {
    try {
      return node?.toJS(document, { maxAliasCount: 100 }) ?? null
    } catch (e) {
      // An alias of nothing, or more of them than a person writes.
      if (broken === undefined) fault(node, e instanceof Error ? e.message : String(e))
      return unresolved
    }
  }

  const top = document.contents
  if (top === null) return file
  if (!isMap(top)) {
    if (broken === undefined) fault(top, 'it is not a kubeconfig')
    return file
  }
  const [kind, version] = [plain(last(top, 'kind')), plain(last(top, 'apiVersion'))]
  if ((kind !== null && kind !== 'Config') || (version !== null && version !== 'v1')) {
    fault(
      last(top, kind !== null && kind !== 'Config' ? 'kind' : 'apiVersion'),
      'it is not a kubeconfig: kind Config of apiVersion v1 is expected',
    )
    return file
  }
  const current = plain(last(top, 'current-context'))
  if (typeof current === 'string') file.current = current
  else if (current !== null && current !== unresolved) fault(last(top, 'current-context'), `current-context ${wanted('text', current)}`)

  for (const key of ['cluster', 'user', 'context'] as const) {
    const list = last(top, `${key}s`)
    if (list === undefined || (isScalar(list) && list.value === null)) continue
    if (!isSeq(list)) {
      fault(list, `${key}s must be a list`)
      continue
    }
    const into = file[`${key}s`]
    for (const item of list.items as Node[]) {
      // What an error stands in, or right behind, may read as something else than was meant.
      if (broken !== undefined && source.slice(item.range?.[1] ?? 0, broken.pos[0]).trim() === '') continue
      const entry = plain(item)
      if (entry === unresolved) continue
      if (!isFields(entry) || !isMap(item)) {
        fault(item, `an entry of ${key}s must have a name and a ${key}`)
        continue
      }
      const { name } = entry
      if (typeof name !== 'string' || name === '') {
        fault(last(item, 'name') ?? item, `the name of a ${key} ${wanted('text', name)}`)
        continue
      }
      const inner = last(item, key)
      const body = entry[key] ?? {}
      if (!isFields(body)) {
        fault(inner, `${key} "${name}" must have fields`)
        continue
      }
      const wrong = Object.entries(fieldTypes[key]).find(([field, type]) => !fits(type, body[field]))
      if (wrong !== undefined) {
        const [field, type] = wrong
        fault((isMap(inner) ? last(inner, field) : undefined) ?? inner, `${field} of ${key} "${name}" ${wanted(type, body[field])}`)
        continue
      }
      const known = into.find((other) => other.name === name)
      if (known === undefined) into.push({ name, body })
      else if (JSON.stringify(known.body) !== JSON.stringify(body)) fault(item, `there is a ${key} "${name}" above: that one is used`)
    }
  }
  return file
}

/** What cannot be said without an anchor that is not there. */
const unresolved = Symbol('unresolved')

/** The value of a key; of the last one when there are several. */
function last(map: YAMLMap, key: string): Node | undefined {
  const pair = map.items.findLast(({ key: node }) => typeof node === 'object' && node !== null && 'value' in node && node.value === key)
  return (pair?.value as Node | null | undefined) ?? undefined
}

function fits(type: FieldType, value: unknown): boolean {
  if (value === undefined || value === null) return true
  if (type === 'boolean') return typeof value === 'boolean'
  if (typeof value !== 'string') return false
  if (type === 'text') return true
  const packed = value.replaceAll(/[\r\n]/g, '')
  return packed.length % 4 === 0 && /^[A-Za-z0-9+/]*={0,2}$/.test(packed)
}

/** A value's own text stays out of it: it may be a secret. */
function wanted(type: FieldType, value: unknown): string {
  if (value === undefined || value === null || value === '') return 'is missing'
  if (type === 'boolean') return 'must be true or false, without quotes'
  if (type === 'base64' && typeof value === 'string') return 'is not base64'
  const quoted = typeof value === 'object' ? '' : `, which YAML takes for a ${typeof value}: put it in quotes`
  return `must be text${quoted}`
}

export function isFields(v: unknown): v is Fields {
  return typeof v === 'object' && v !== null && !Array.isArray(v)
}
