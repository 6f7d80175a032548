import { isMap, isNode, isScalar, isSeq } from 'yaml'
import type { ParsedDocument } from '../yaml/documents.ts'
import { fieldOf, isOpen, type KindSchema, resolved, type Schema, typesOf, typeWord } from './schema.ts'

/** What the schema has against a place of the text; the server decides. `key` is one of `schema.problem` in the catalogues. */
export interface Problem {
  from: number
  to: number
  severity: 'error' | 'warning'
  key: 'unknown' | 'unknownNear' | 'missing' | 'type' | 'enum'
  values: Record<string, string>
}

/** A text of nonsense has a mark in each of its lines: more are not read. */
const mostProblems = 200
const embedded = ['apiVersion', 'kind', 'metadata']

/** What is wrong with a document that is an object of this kind: unknown fields, missing ones, types and values that are not allowed. */
export function checkDocument({ document, from }: ParsedDocument, kind: KindSchema): Problem[] {
  const problems: Problem[] = []
  const report = (problem: Problem): void => void (problems.length < mostProblems && problems.push(problem))
  const place = (node: unknown, otherwise: number): { from: number; to: number } =>
    isNode(node) && node.range ? { from: node.range[0], to: node.range[1] } : { from: otherwise, to: otherwise }

  const walk = (node: unknown, schema: Schema, name: string, at: { from: number; to: number }): void => {
    if (problems.length >= mostProblems || !isNode(node)) return
    const types = typesOf(schema, kind)
    const wrong = (is: string): boolean => {
      if (types.length === 0 || types.includes(is) || (is === 'integer' && types.includes('number'))) return false
      report({ ...at, severity: 'error', key: 'type', values: { name, wanted: typeWord(schema, kind), is } })
      return true
    }
    if (isMap(node)) {
      if (wrong('object')) return
      const names = new Set<string>()
      for (const { key, value } of node.items) {
        if (!isScalar(key)) continue
        const field = String(key.value)
        names.add(field)
        const where = place(key, at.from)
        const found =
          fieldOf(schema, field, kind) ?? (schema['x-kubernetes-embedded-resource'] && embedded.includes(field) ? {} : undefined)
        if (found !== undefined) walk(value, found, field, isScalar(value) ? place(value, where.from) : where)
        else if (!isOpen(schema) && field !== '<<') {
          const near = nearest(field, Object.keys(schema.properties ?? {}))
          report({ ...where, severity: 'error', key: near ? 'unknownNear' : 'unknown', values: { name: field, ...(near ? { near } : {}) } })
        }
      }
      for (const field of schema.required ?? []) {
        if (!names.has(field) && !names.has('<<')) report({ ...at, severity: 'warning', key: 'missing', values: { name: field } })
      }
    } else if (isSeq(node)) {
      if (wrong('array') || !schema.items) return
      const items = resolved(schema.items, kind)
      for (const item of node.items) {
        // Of a whole object its first key is enough to be marked.
        const first = isMap(item) ? item.items[0]?.key : item
        walk(item, items, name, place(first, at.from))
      }
    } else if (isScalar(node)) {
      const { value } = node
      // Nothing written is as good as no field.
      if (value === null || value === '' || value === undefined) return
      if (wrong(typeWordOf(value))) return
      if (schema.enum && !schema.enum.includes(value)) {
        report({ ...at, severity: 'error', key: 'enum', values: { name, allowed: schema.enum.map(String).join(', ') } })
      }
    }
  }
  const start = place(isMap(document.contents) ? document.contents.items[0]?.key : document.contents, from)
  walk(document.contents, resolved(kind.root, kind), '', start)
  return problems
}

function typeWordOf(value: unknown): string {
  if (typeof value === 'bigint' || (typeof value === 'number' && Number.isInteger(value))) return 'integer'
  return typeof value
}

/** The name that was most likely meant: another case, or a letter or two that are wrong; '' when none is near. */
export function nearest(name: string, names: readonly string[]): string {
  const lower = name.toLowerCase()
  const limit = name.length < 4 ? 1 : name.length < 8 ? 2 : 3
  let best = ''
  let least = limit + 1
  for (const other of names) {
    const distance = lower === other.toLowerCase() ? 0 : editDistance(lower, other.toLowerCase(), limit)
    if (distance < least) [best, least] = [other, distance]
  }
  return best
}

/** Of Damerau and Levenshtein: letters put in, left out, changed, or two that stand the wrong way round. More than `limit` is not counted. */
function editDistance(a: string, b: string, limit: number): number {
  if (Math.abs(a.length - b.length) > limit || a.length > 100) return limit + 1
  let beforeLast: number[] = []
  let last = Array.from({ length: b.length + 1 }, (_, j) => j)
  for (let i = 1; i <= a.length; i++) {
    const row = [i]
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1]
      let cost = Math.min(last[j]! + 1, row[j - 1]! + 1, last[j - 1]! + (same ? 0 : 1))
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) cost = Math.min(cost, beforeLast[j - 2]! + 1)
      row.push(cost)
    }
    beforeLast = last
    last = row
  }
  return last[b.length]!
}
