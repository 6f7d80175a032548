/**
 * Reads struct declarations of a Go package, as far as API packages use the language: one field a line, tags in backquotes.
 * The tags say what neither proto nor OpenAPI does: the order of the JSON, omitempty, which fields are pointers.
 */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

export interface GoField {
  /** Go's own name; of an embedded struct, the name of its type. */
  name: string
  /** With packages as their last path element: `*v1.PullPolicy`, `[]v1.Container`, `map[string]string`. */
  type: string
  embedded: boolean
  json: string
  options: readonly string[]
  /** 0 when the field has no protobuf tag. */
  number: number
}

export interface GoPackage {
  /** Last element of the import path. */
  name: string
  /** The API group of `const GroupName`, undefined when the package has none. */
  group?: string
  structs: Map<string, GoField[]>
  /** Named types that are no structs, and what stands under them. */
  named: Map<string, string>
}

const builtins = new Set(['string', 'bool', 'int', 'int8', 'int16', 'int32', 'int64', 'uint8', 'uint16', 'uint32', 'uint64', 'float32'])
for (const t of ['float64', 'byte', 'any', 'error', 'map', 'interface', 'struct']) builtins.add(t)

export function readGoPackage(dir: string): GoPackage {
  const name = /\/([^/]+)$/.exec(dir)?.[1] ?? dir
  const pkg: GoPackage = { name, structs: new Map(), named: new Map() }
  for (const file of readdirSync(dir).sort()) {
    if (!file.endsWith('.go') || file.endsWith('_test.go') || file.startsWith('zz_generated') || file.endsWith('.pb.go')) continue
    readGoFile(readFileSync(join(dir, file), 'utf8'), pkg)
  }
  return pkg
}

export function readGoFile(text: string, pkg: GoPackage): void {
  const lines = text.replace(/\/\*[\s\S]*?\*\//g, '').split('\n')
  const imports = new Map<string, string>()
  let struct: GoField[] | undefined
  for (const raw of lines) {
    const line = raw.replace(/^\s*\/\/.*$/, '').trim()
    if (line === '') continue
    if (struct) {
      if (raw.startsWith('}')) struct = undefined
      else {
        const field = parseField(line, pkg.name, imports)
        if (field) struct.push(field)
      }
      continue
    }
    const imported = /^(?:import )?(?:(\w+) )?"([\w./-]+)"$/.exec(line)
    if (imported) imports.set(imported[1] ?? last(imported[2]!), last(imported[2]!))
    const group = /^(?:const )?GroupName\s*=\s*"(.*)"$/.exec(line)
    if (group) pkg.group = group[1]!
    const opened = /^type (\w+) struct ?\{(\})?$/.exec(line)
    const named = /^type (\w+) (=? ?[\w.[\]*]+)$/.exec(line)
    if (opened) {
      const fields: GoField[] = []
      pkg.structs.set(opened[1]!, fields)
      if (opened[2] === undefined) struct = fields
    } else if (named) pkg.named.set(named[1]!, qualify(named[2]!.replace('= ', ''), pkg.name, imports))
  }
}

const last = (path: string): string => path.slice(path.lastIndexOf('/') + 1)

function parseField(line: string, pkgName: string, imports: Map<string, string>): GoField | undefined {
  const tagged = /^(?:(\w+)\s+)?([^\s`]+)(?:\s+`([^`]*)`)?/.exec(line)
  if (!tagged) return undefined
  const [, given, goType = '', tags = ''] = tagged
  const json = /json:"([^"]*)"/.exec(tags)?.[1]
  const number = /protobuf:"\w+,(\d+)/.exec(tags)?.[1]
  // A bare exported name is an embedded struct; a field without tags is not part of the API.
  const embedded = given === undefined
  if (json === undefined && !embedded && number === undefined) return undefined
  const [jsonName = '', ...options] = (json ?? (embedded ? ',inline' : given)).split(',')
  if (jsonName === '-') return undefined
  const name = given ?? goType.replace(/^\*?(\w+\.)?/, '')
  return { name, type: qualify(goType, pkgName, imports), embedded, json: jsonName, options, number: Number(number ?? 0) }
}

/** `metav1.Time` to `v1.Time`, `Container` to `v1.Container`; `*`, `[]` and `map[…]` stay. */
function qualify(type: string, pkgName: string, imports: Map<string, string>): string {
  return type.replace(/(?:(\w+)\.)?(\w+)/g, (whole, pkg: string | undefined, name: string) => {
    if (pkg !== undefined) return `${imports.get(pkg) ?? pkg}.${name}`
    if (name === 'byte') return 'uint8'
    return builtins.has(name) ? whole : `${pkgName}.${name}`
  })
}
