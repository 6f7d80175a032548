/** Lays the facts out as two JSON documents, one type or resource a line, so that a diff shows what changed. */
import type { Documents } from './reference.ts'
import { type FieldTuple, type Source, codes, line as fieldLine, openApiPackage, shortPackage, typeFields } from './types.ts'

const line = (key: string, value: unknown): string => `    ${JSON.stringify(key)}: ${JSON.stringify(value)}`

export function typesDocument(sources: readonly Source[], schemas: Documents['schemas']): string {
  const packages: string[] = []
  const types: string[] = []
  const atomic: string[] = []
  for (const source of [...sources].sort((a, b) => (a.package < b.package ? -1 : 1))) {
    const openapi = openApiPackage(source.package)
    const short = shortPackage(openapi)
    packages.push(line(short, [openapi, source.go.group ?? '', source.go.name]))
    const names = new Set([...source.messages.keys(), ...source.go.structs.keys()])
    for (const name of [...names].sort()) {
      const fields: FieldTuple[] = typeFields(source, name)
      const mapType = schemas.get(`${openapi}.${name}`)?.['x-kubernetes-map-type']
      if (mapType === 'atomic') atomic.push(`${short}.${name}`)
      const empty = source.messages.has(name) && source.go.structs.has(name) && codes[`${source.package}.${name}`] === undefined
      if (fields.length > 0 || empty) types.push(line(`${short}.${name}`, fieldLine(fields)))
    }
  }
  const scalars = Object.fromEntries(Object.entries(codes).flatMap(([n, code]) => (n.includes('.') ? [[openApiPackage(n), code]] : [])))
  const head = `{\n  "scalars": ${JSON.stringify(scalars)},\n  "atomic": ${JSON.stringify(atomic)},`
  return `${head}\n  "packages": {\n${packages.join(',\n')}\n  },\n  "types": {\n${types.join(',\n')}\n  }\n}\n`
}

export function resourcesDocument(documents: Documents): string {
  const verbSets: string[] = []
  const verbs = (list: readonly string[]): number => {
    const key = list.join(' ')
    if (!verbSets.includes(key)) verbSets.push(key)
    return verbSets.indexOf(key)
  }
  const rows: string[] = []
  for (const { name: group, versions } of documents.groups) {
    for (const version of versions) {
      const list = documents.resources.get(group === '' ? version : `${group}/${version}`) ?? []
      for (const r of list.filter((each) => !each.name.includes('/'))) {
        const under = list
          .filter((each) => each.name.startsWith(`${r.name}/`))
          .map((s) => [s.name.slice(r.name.length + 1), s.group ?? group, s.version ?? version, s.kind, verbs(s.verbs)])
        const type = typeName(documents, group, version, r.kind)
        const scope = r.namespaced ? 1 : 0
        const names = [r.shortNames ?? [], r.categories ?? []]
        const row = [
          group,
          version,
          r.name,
          r.singularName,
          r.kind,
          scope,
          ...names,
          verbs(r.verbs),
          under,
          type,
          r.storageVersionHash ?? '',
        ]
        rows.push(`    ${JSON.stringify(row)}`)
      }
    }
  }
  const groups = documents.groups.map((g) => `    ${JSON.stringify([g.name, ...g.versions])}`)
  return `{\n  "verbs": ${JSON.stringify(verbSets)},\n  "groups": [\n${groups.join(',\n')}\n  ],\n  "resources": [\n${rows.join(',\n')}\n  ]\n}\n`
}

function typeName(documents: Documents, group: string, version: string, kind: string): string {
  for (const [name, schema] of documents.schemas) {
    const kinds = schema['x-kubernetes-group-version-kind'] as { group: string; version: string; kind: string }[] | undefined
    if (kinds?.some((k) => k.group === group && k.version === version && k.kind === kind)) return name
  }
  throw new Error(`no schema for ${group}/${version} ${kind}`)
}
