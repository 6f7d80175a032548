import { isRecord } from './types.ts'

/** What a row offers to the filter. `text` and `status` are lower case already. */
export interface Filterable {
  name: string
  /** '' for what is in none. */
  namespace: string
  text: string
  status: string
  labels: Record<string, string> | undefined
  object: unknown
}

export type Term =
  | { kind: 'text'; not: boolean; value: string }
  | { kind: 'name'; not: boolean; value: string }
  | { kind: 'namespace'; not: boolean; values: string[] }
  | { kind: 'cluster'; not: boolean; values: string[] }
  | { kind: 'status'; not: boolean; value: string }
  | { kind: 'label'; not: boolean; key: string; op: LabelOp; values: string[] }
  | { kind: 'field'; not: boolean; path: string[]; op: '=' | '!='; value: string }
export type LabelOp = 'in' | 'notin' | 'exists' | 'absent'

/**
 * The filter language: terms separated by spaces, all of which must hold; quotes keep spaces; a leading `-` or `!` negates.
 * `word` looks in what the row shows, `name:word` in its name, `status:word` in its status, `ns:a,b` takes the objects of these namespaces, `cluster:a,b` those
 * of these clusters where several are in one list, `label=SELECTOR` takes kubectl's selectors, `field=PATH=VALUE`
 * any field of the object. A term still being typed (`label=`) holds for every row, so the list does not flicker to empty.
 */
export function parseFilter(input: string): Term[] {
  return split(input).flatMap(parseTerm)
}

/** The terms that hold for every row, as they were written: half typed, or with a part that cannot be read. */
export function idleTerms(input: string): string[] {
  return split(input).filter((word) => {
    if (word === '') return false
    const selector = /^[-!]?labels?[=:](.*)$/s.exec(word)?.[1]
    if (selector === undefined) return parseTerm(word).length === 0
    const parts = splitSelector(selector)
    return parts.length === 0 || parts.some((part) => parseSelector(part).length === 0)
  })
}

function split(input: string): string[] {
  const words: string[] = []
  let word = ''
  let quote = ''
  let started = false
  for (const char of input) {
    if (quote) {
      if (char === quote) quote = ''
      else word += char
    } else if (char === '"' || char === "'") {
      quote = char
      started = true
    } else if (/\s/.test(char)) {
      if (started || word) words.push(word)
      word = ''
      started = false
    } else word += char
  }
  if (word || started) words.push(word)
  return words
}

function parseTerm(word: string): Term[] {
  const not = (word.startsWith('-') || word.startsWith('!')) && word.length > 1
  const body = not ? word.slice(1) : word
  if (/^labels?[=:]/.test(body)) return parseSelector(body.slice(body.search(/[=:]/) + 1)).map((label) => ({ ...label, not }))
  if (/^field[=:]/.test(body)) return parseField(body.slice(6), not)
  if (/^status[:=]/.test(body)) return body.length > 7 ? [{ kind: 'status', not, value: body.slice(7).toLowerCase() }] : []
  const listed = /^(ns|namespace|cluster)[:=](.*)$/s.exec(body)
  if (listed) {
    const values = (listed[2] ?? '').split(',').filter(Boolean)
    return values.length > 0 ? [{ kind: listed[1] === 'cluster' ? 'cluster' : 'namespace', not, values }] : []
  }
  if (/^name[:=]/.test(body)) return body.length > 5 ? [{ kind: 'name', not, value: body.slice(5).toLowerCase() }] : []
  return body ? [{ kind: 'text', not, value: body.toLowerCase() }] : []
}

function parseField(body: string, not: boolean): Term[] {
  const match = /^([^=!]+)(!=|==|=)(.*)$/.exec(body)
  if (!match?.[1] || match[3] === undefined) return []
  const path = match[1].replace(/^\./, '').split('.').filter(Boolean)
  return [{ kind: 'field', not, path, op: match[2] === '!=' ? '!=' : '=', value: match[3] }]
}

type LabelTerm = Extract<Term, { kind: 'label' }>

/** kubectl's label selectors: `a=b`, `a!=b`, `a in (b,c)`, `a notin (b)`, `a`, `!a`, joined by commas. Unreadable parts are left out. */
export function parseSelector(selector: string): LabelTerm[] {
  return splitSelector(selector).flatMap((part) => {
    const set = /^([^\s!=,()]+)\s+(in|notin)\s*\(([^)]*)\)?$/.exec(part)
    if (set?.[1])
      return [
        label(
          set[1],
          set[2] === 'in' ? 'in' : 'notin',
          (set[3] ?? '').split(',').map((v) => v.trim()),
        ),
      ]
    const equal = /^([^\s!=,()]+)\s*(!=|==|=)\s*([^\s,()]*)$/.exec(part)
    if (equal?.[1]) return [label(equal[1], equal[2] === '!=' ? 'notin' : 'in', [equal[3] ?? ''])]
    const bare = /^(!?)\s*([^\s!=,()]+)$/.exec(part)
    return bare?.[2] ? [label(bare[2], bare[1] ? 'absent' : 'exists', [])] : []
  })
}

const label = (key: string, op: LabelOp, values: string[]): LabelTerm => ({ kind: 'label', not: false, key, op, values })

function splitSelector(selector: string): string[] {
  return selector
    .split(/,(?![^(]*\))/)
    .map((part) => part.trim())
    .filter(Boolean)
}

/** `cluster`: what the row's cluster is called, where that is shown. */
export function matchesAll(terms: readonly Term[], row: Filterable, cluster = ''): boolean {
  for (const term of terms) if (matches(term, row, cluster) === term.not) return false
  return true
}

function matches(term: Term, row: Filterable, cluster: string): boolean {
  switch (term.kind) {
    case 'text':
      return row.text.includes(term.value) || (cluster !== '' && cluster.toLowerCase().includes(term.value))
    case 'cluster':
      // Where one cluster is shown there is nothing to choose between.
      // A context may have a comma in its name.
      return cluster === '' ? !term.not : term.values.includes(cluster) || term.values.join(',') === cluster
    case 'name':
      // Names are lower case nearly everywhere, but RBAC's need not be.
      return row.name.toLowerCase().includes(term.value)
    case 'namespace':
      return term.values.includes(row.namespace)
    case 'status':
      return row.status.includes(term.value)
    case 'label':
      return matchesLabel(term, row.labels)
    case 'field':
      return hasValue(row.object, term.path, term.value) === (term.op === '=')
  }
}

/** As the API machinery has it: `!=` and `notin` hold for objects that lack the label. */
export function matchesLabel(term: LabelTerm, labels: Record<string, string> | undefined): boolean {
  const value = labels !== undefined && Object.hasOwn(labels, term.key) ? labels[term.key] : undefined
  if (term.op === 'exists') return value !== undefined
  if (term.op === 'absent') return value === undefined
  const listed = value !== undefined && term.values.includes(value)
  return term.op === 'in' ? listed : !listed
}

/** A field that the list does not keep was read when the object came (`asked-fields.ts`). */
function hasValue(object: unknown, path: readonly string[], wanted: string): boolean {
  const { asked } = object as { asked?: Record<string, readonly string[]> }
  if (asked) {
    const key = path.join('.')
    if (Object.hasOwn(asked, key)) return asked[key]?.includes(wanted) ?? false
  }
  return fieldMatches(object, path, 0, wanted)
}

/**
 * A path through arrays holds when it holds for any element, so `field=spec.containers.image=nginx` works. A loop where it can be one:
 * the first key of a filter runs it for tens of thousands of objects, before the browser has compiled it.
 */
function fieldMatches(value: unknown, path: readonly string[], from: number, wanted: string): boolean {
  let here = value
  for (let at = from; at < path.length; at++) {
    if (Array.isArray(here)) return anyMatches(here, path, at, wanted)
    if (!isRecord(here)) return wanted === ''
    const step = path[at] as string
    if (!Object.hasOwn(here, step)) {
      // Label and annotation keys hold dots: the rest of the path may be one key.
      const rest = path.slice(at).join('.')
      return Object.hasOwn(here, rest) ? String(here[rest]) === wanted : wanted === ''
    }
    here = here[step]
  }
  if (Array.isArray(here)) return anyMatches(here, path, path.length, wanted)
  return !isRecord(here) && String(here ?? '') === wanted
}

const anyMatches = (items: readonly unknown[], path: readonly string[], at: number, wanted: string): boolean =>
  items.some((item) => fieldMatches(item, path, at, wanted))
