import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { DESCRIPTION_FILE, type DescriptionTable } from '../server/openapi/descriptions.ts'
import type { ScalarKind } from '../server/scheme/contract.ts'
import { NAMED, VERSION_INFO } from '../server/openapi/schemas.ts'
import { type, typeNames } from '../server/scheme/facts.ts'
import { root } from './setup.mjs'

/**
 * The sentences about types, fields and parameters that the OpenAPI documents carry, out of the comments in the installed
 * @kubernetes/client-node, which is generated from a document of its Kubernetes version. They are not kept in the repository.
 * Of a field that refers to a type that package repeats what is said of the type, or says nothing; kubernetes-types, of an older
 * version, has what is said of the field.
 */

/** The parameters of a method, and what stands before their names in the table. */
const SOURCES: readonly (readonly [method: string, prefix: string])[] = [
  ['listNamespacedPod', ''],
  ['createNamespacedPod', ''],
  ['deleteNamespacedPod', ''],
  ['patchNamespacedPod', 'patch.'],
  ['readNamespacedPodLog', 'PodLogOptions.'],
  ['connectGetNamespacedPodAttach', 'PodAttachOptions.'],
  ['connectGetNamespacedPodExec', 'PodExecOptions.'],
  ['connectGetNamespacedPodPortforward', 'PodPortForwardOptions.'],
  ['connectGetNamespacedPodProxy', 'PodProxyOptions.'],
  ['connectGetNamespacedServiceProxy', 'ServiceProxyOptions.'],
  ['connectGetNodeProxy', 'NodeProxyOptions.'],
]
/** Of the patch's parameters these are its own. */
const PATCH_ONLY = new Set(['fieldManager', 'force'])

/** Versions in which a kind may be known to a package of another Kubernetes version, the likelier first. */
const VERSIONS = ['V1', 'V2', 'V1beta1', 'V1beta2', 'V1alpha1', 'V1alpha2', 'V1alpha3']

const capital = (s: string): string => s.charAt(0).toUpperCase() + s.slice(1)

/** `io.k8s.api.core.v1.Event` to `CoreV1Event`, or `V1Event` where no other group has such a kind. */
function classOf(type: string, classes: ReadonlySet<string>): string | undefined {
  if (type === VERSION_INFO) return 'VersionInfo'
  const [kind = '', version = '', group = ''] = type.split('.').reverse()
  const names = [...new Set([capital(version), ...VERSIONS])].flatMap((v) => [`${capital(group)}${v}${kind}`, `${v}${kind}`])
  return names.find((name) => classes.has(name))
}

const ENTITIES: Record<string, string> = { quot: '"', '#39': "'", '#x60': '`', '#x3D': '=', lt: '<', gt: '>', amp: '&' }

function plain(comment: string): string {
  const text = comment.replace(/&([#\w]+);/g, (whole, name: string) => ENTITIES[name] ?? whole)
  // The generator makes a space of every line break: two of them were the end of a paragraph.
  const lines = text.replace(/(?<=\S) {2}(?=\S)/g, '\n\n')
  return lines.replace(/\\(.)/g, '$1').replaceAll('*_/', '*/').trim()
}

/** A class's comment and those of its properties. */
export function parseModel(declaration: string, code: string): Record<string, string> {
  const jsonNames = new Map([...code.matchAll(/"name": "([^"]+)",\s+"baseName": "([^"]+)"/g)].map((m) => [m[1]!, m[2]!]))
  const found: Record<string, string> = {}
  for (const [, comment = '', property] of declaration.matchAll(
    /\/\*\*\n\s*\* (.*)\n\s*\*\/\n(?:export declare class |\s+'([^']+)'\??:)/g,
  )) {
    found[property === undefined ? '' : (jsonNames.get(property) ?? property)] = plain(comment)
  }
  return found
}

/** The comments of a method's parameters. */
export function parseParameters(declaration: string, method: string): Record<string, string> {
  const end = declaration.indexOf(`\n    ${method}(`)
  if (end === -1) throw new Error(`there is no ${method}`)
  const comment = declaration.slice(declaration.lastIndexOf('/**', end), end)
  return Object.fromEntries([...comment.matchAll(/@param _?(\w+) (.+)/g)].map((m) => [m[1]!, plain(m[2]!)]))
}

/** The comments of the fields of each interface in a file of kubernetes-types. */
export function parseInterfaces(declarations: string): Map<string, Record<string, string>> {
  const found = new Map<string, Record<string, string>>()
  for (const [, name = '', body = ''] of declarations.matchAll(/^export interface (\w+) \{\n(.*?)^\}/gms)) {
    const fields: Record<string, string> = {}
    for (const [, comment = '', property = ''] of body.matchAll(/^ {4}\/\*\*(.*?)\*\/\n {4}"?([\w$]+)"?\??:/gms))
      fields[property] = comment.replace(/^\n|\s+$/g, '').replace(/^(?: {5}\* ?| )/gm, '')
    found.set(name, fields)
  }
  return found
}

/** What is said of fields by type, from the file of a type's group and version; nothing where that package does not know the version. */
function olderFields(folder: string): (type: string) => Record<string, string> {
  const files = new Map<string, Map<string, Record<string, string>>>()
  return (name) => {
    const [kind = '', version = '', group = ''] = name.split('.').reverse()
    const file = join(folder, group, `${version}.d.ts`)
    let interfaces = files.get(file)
    if (interfaces === undefined) {
      interfaces = existsSync(file) ? parseInterfaces(readFileSync(file, 'utf8')) : new Map()
      files.set(file, interfaces)
    }
    return interfaces.get(kind) ?? {}
  }
}

/** Fields that refer to a type are described by what is said of the field. */
function referringFields(name: string, found: Record<string, string>, older: Record<string, string>): void {
  for (const { name: field, type: of } of type(name)?.jsonFields ?? []) {
    const text = older[field]
    if (text !== undefined && (of.kind === 'ref' || NAMED[of.kind as ScalarKind] !== undefined)) found[field] = text
  }
}

export function readDescriptionTable(gen = join(root, 'node_modules/@kubernetes/client-node/dist/gen')): DescriptionTable {
  const models = join(gen, 'models')
  const files = readdirSync(models).filter((file) => file.endsWith('.d.ts'))
  const classes = new Set(files.map((file) => file.slice(0, -'.d.ts'.length)))
  const types: DescriptionTable['types'] = {}
  const older = olderFields(join(root, 'node_modules/kubernetes-types'))
  for (const name of [...typeNames(), VERSION_INFO]) {
    const model = classOf(name, classes)
    if (model === undefined) continue
    const found = parseModel(readFileSync(join(models, `${model}.d.ts`), 'utf8'), readFileSync(join(models, `${model}.js`), 'utf8'))
    types[name] = found
    scalarTypes(name, found, types)
    referringFields(name, found, older(name))
  }
  const api = readFileSync(join(gen, 'apis/CoreV1Api.d.ts'), 'utf8')
  const parameters: DescriptionTable['parameters'] = {}
  for (const [method, prefix] of SOURCES) {
    for (const [name, text] of Object.entries(parseParameters(api, method))) {
      if (name === 'name' || (prefix === 'patch.' && !PATCH_ONLY.has(name))) continue
      const key = name === 'namespace' ? 'path.namespace' : name === 'force' ? name : `${prefix}${name}`
      parameters[key] ??= text
    }
  }
  return { types, parameters }
}

/** Types without a class (Time, IntOrString) are described at the fields that have them; the sentence is moved to the type. */
function scalarTypes(name: string, found: Record<string, string>, types: DescriptionTable['types']): void {
  for (const field of type(name)?.jsonFields ?? []) {
    const scalar = NAMED[field.type.kind as ScalarKind]
    const text = found[field.name]
    if (scalar === undefined || text === undefined) continue
    types[scalar] ??= { '': text }
    if (types[scalar][''] === text) delete found[field.name]
  }
}

/** Writes the table beside the built server. */
export function writeDescriptions(folder: string): void {
  writeFileSync(join(folder, DESCRIPTION_FILE), gzipSync(JSON.stringify(readDescriptionTable()), { level: 9 }))
}
