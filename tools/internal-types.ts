import { readFileSync, writeFileSync } from 'node:fs'

/**
 * Derives the table of internal struct layouts that a few error texts show (`pod updates may not change fields other than …`).
 *   node tools/internal-types.ts <kubernetes module> <api module> <out.json>
 * The folders are those of the Go modules k8s.io/kubernetes and k8s.io/api. Only names and types are taken.
 */
interface Field {
  name: string
  type: string
  json: string
  embedded: boolean
}

function structs(source: string): Map<string, Field[]> {
  const found = new Map<string, Field[]>()
  for (const m of source.matchAll(/^type (\w+) struct \{\n([^]*?)^\}/gm)) {
    const fields: Field[] = []
    for (const line of m[2]!.split('\n')) {
      const f = /^\t(?:(\w+)[ \t]+)?((?:\[\]|\*|map\[[\w.]+\])*[\w.]+)(?:[ \t]+`([^`]*)`)?(?:\s*\/\/.*)?$/.exec(line)
      if (f === null) continue
      const json = /json:"([^",]*)/.exec(f[3] ?? '')?.[1] ?? ''
      fields.push({ name: f[1] ?? f[2]!.replace(/^.*\./, ''), type: f[2]!, json, embedded: f[1] === undefined })
    }
    // Of two groups with one name the first is meant.
    if (!found.has(m[1]!)) found.set(m[1]!, fields)
  }
  return found
}

const scalars = /^(string|bool|u?int\d*|float\d+|byte)$/

/** Groups whose values are printed, after core, whose types they use: names that two have in common would need a table of their own. */
const roots: Readonly<Record<string, readonly string[]>> = {
  'core/v1': [
    'PodSpec',
    'EphemeralContainer',
    'Taint',
    'NodeAddress',
    'PodIP',
    'HostIP',
    'PersistentVolumeSource',
    'PersistentVolumeClaimSpec',
    'PersistentVolumeClaimStatus',
    'VolumeNodeAffinity',
  ],
  'resource/v1': ['ResourceClaimTemplateSpec'],
  'certificates/v1': ['PodCertificateRequestSpec'],
  'batch/v1': ['PodFailurePolicy', 'SuccessPolicy', 'UncountedTerminatedPods'],
}

function main([kubernetes, api, out]: string[]): void {
  if (!kubernetes || !api || !out) throw new Error('usage: node tools/internal-types.ts <kubernetes module> <api module> <out.json>')
  const groups = Object.keys(roots)
  const internalSource = groups.map((g) => readFileSync(`${kubernetes}/pkg/apis/${g.split('/')[0]}/types.go`, 'utf8')).join('\n')
  const internal = structs(internalSource)
  const external = structs(groups.map((g) => readFileSync(`${api}/${g}/types.go`, 'utf8')).join('\n'))
  const strings = new Set([...internalSource.matchAll(/^type (\w+) string$/gm)].map((m) => m[1]!))
  const table: Record<string, [string, string, string][]> = {}

  const jsonName = (owner: string, field: Field): string => {
    const same = external.get(owner)?.find((f) => f.name === field.name)
    // What the outer type has no more: as its name was made, capitals of an abbreviation together.
    return same?.json || field.name.replace(/^[A-Z]+(?=[A-Z][a-z])|^[A-Z]/, (head) => head.toLowerCase())
  }
  const normal = (type: string): string => {
    const own = type.replace(/\b(?:api|core)\./, '')
    if (own !== type) return normal(own)
    const base = type.replace(/^(?:\[\]|\*|map\[[\w.]+\])*/, '')
    const head = type.slice(0, type.length - base.length).replace(/map\[[\w.]+\]/g, 'map:')
    if (strings.has(base) || base === 'types.UID' || base === 'types.NodeName') return `${head}string`
    return base === 'ResourceList' ? `${head}map:resource.Quantity` : `${head}${base}`
  }
  const add = (name: string): void => {
    const fields = internal.get(name)
    if (fields === undefined || table[name] !== undefined) return
    const rows: [string, string, string][] = (table[name] = [])
    const collect = (owner: string, list: Field[]): void => {
      for (const field of list) {
        const type = normal(field.type)
        if (field.embedded && internal.has(type)) collect(type, internal.get(type)!)
        else rows.push([field.name, jsonName(owner, field), type])
        const base = type.replace(/^(?:\[\]|\*|map:)*/, '')
        if (!scalars.test(base) && !field.embedded) add(base)
      }
    }
    collect(name, fields)
  }
  for (const root of Object.values(roots).flat()) add(root)
  const lines = Object.entries(table).map(([name, rows]) => `  ${JSON.stringify(name)}: ${JSON.stringify(rows)}`)
  writeFileSync(out, `{\n${lines.join(',\n')}\n}\n`)
}

main(process.argv.slice(2))
