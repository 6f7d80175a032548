import type { RuleSchema } from './contract.ts'

/**
 * A rule's fieldPath, checked against its schema and written as field errors write paths: `.a['b.c']` is `a[b.c]` for a map and `a.b.c`
 * for an object (apiextensions-apiserver `schema/cel` ValidFieldPath). Undefined for one that leads nowhere.
 */
export function normalizedFieldPath(text: string, schema: RuleSchema): string | undefined {
  let at: RuleSchema | undefined = schema
  let path = ''
  let rest = text
  while (rest !== '') {
    const step = /^\.([^.[\]']+)|^\['((?:[^'\\]|\\[^])*)'\]/.exec(rest)
    if (step === null || at === undefined) return undefined
    const name = step[1] ?? unescaped(step[2]!)
    if (name === undefined) return undefined
    if (at.properties.size > 0) {
      at = at.properties.get(name)
      path = path === '' ? name : `${path}.${name}`
    } else {
      at = typeof at.additionalProperties === 'object' ? at.additionalProperties : undefined
      path += `[${name}]`
    }
    if (at === undefined) return undefined
    rest = rest.slice(step[0].length)
  }
  return path
}

const ESCAPES: Readonly<Record<string, string>> = { a: '\x07', b: '\b', f: '\f', n: '\n', r: '\r', t: '\t', v: '\v', "'": "'", '\\': '\\' }

function unescaped(text: string): string | undefined {
  let valid = true
  const made = text.replace(/\\([^])/g, (_, c: string) => {
    valid &&= c in ESCAPES
    return ESCAPES[c] ?? ''
  })
  return valid ? made : undefined
}
