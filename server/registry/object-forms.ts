import { goQuote } from '../machinery/go-quote.ts'
import type { AdmissionAttributes } from '../admission/contract.ts'
import type { ObjectForm, ObjectForms } from '../admission/webhooks/contract.ts'
import { typeMeta } from '../codec/body.ts'
import { copyJson } from '../machinery/copy-json.ts'
import { parseNumbers } from '../machinery/numbers.ts'
import { apiVersionOf, parseApiVersion, type GroupVersionKind, type KubeObject } from '../machinery/types.ts'
import type { KindTypes } from '../scheme/contract.ts'
import { schemaOfType, type Schema } from '../scheme/schema.ts'
import type { ServedResource } from './generic/resource.ts'
import type { Store } from './generic/store.ts'
import type { Snapshot } from './snapshot.ts'

type Forms = readonly [ObjectForm, ...ObjectForm[]]

/** The versions of what is written, for webhooks that name one of them; made once for each kind of write. */
export class RegistryForms implements ObjectForms {
  readonly #registry: { readonly snapshot: Snapshot }
  readonly #types: KindTypes
  readonly #made = new Map<string, Forms>()
  #generation = -1

  /** @param types of bodies that are no objects of a resource */
  constructor(registry: { readonly snapshot: Snapshot }, types: KindTypes) {
    this.#registry = registry
    this.#types = types
  }

  get generation(): number {
    return this.#registry.snapshot.generation
  }

  of(a: AdmissionAttributes): Forms {
    const { generation } = this
    if (generation !== this.#generation) {
      this.#made.clear()
      this.#generation = generation
    }
    const { requested, resource, subresource, kind } = a
    const written = `${resource.group}/${resource.version}/${kind.group}/${kind.version}/${kind.kind}`
    const key = `${requested.group}/${requested.version}/${resource.resource}/${subresource} ${written}`
    let forms = this.#made.get(key)
    if (forms === undefined) this.#made.set(key, (forms = this.#make(a)))
    return forms
  }

  #make(a: AdmissionAttributes): Forms {
    const { requested, resource, subresource, kind } = a
    const { snapshot } = this.#registry
    const own = { group: requested.group, version: requested.version, resource: resource.resource }
    const served = snapshot.resource(own.group, own.version, own.resource)
    if (served === undefined) return [bodyForm(own, kind, this.#types)]
    const { prefix } = served.store.resource.schema
    // The store of the write: the request's version of a custom resource has one of its own.
    const { store } = served
    const isObject = kind.kind === store.resource.kind && kind.group === store.resource.group
    const formOf = (s: ServedResource): ObjectForm => {
      const named = { group: s.facts.group, version: s.facts.version, resource: s.facts.resource }
      if (!isObject) return bodyForm(named, kind, this.#types)
      return s.schema.facts === undefined ? customForm(named, s, store, this.#types) : builtInForm(named, s, this.#types)
    }
    const hasIt = (s: ServedResource): boolean => subresource === '' || s.facts.subresources.some((sub) => sub.name === subresource)
    const others = snapshot.served.filter((s) => s !== served && s.store.resource.schema.prefix === prefix && hasIt(s))
    return [formOf(served), ...others.map(formOf)]
  }
}

type Named = ObjectForm['resource']

/** A body of another kind than the resource's (Scale, Eviction, options of a connection): it has one form. */
function bodyForm(resource: Named, kind: GroupVersionKind, types: KindTypes): ObjectForm {
  const type = types.typeOf(kind.group, kind.version, kind.kind)
  const named = { group: kind.group, version: kind.version, kind: kind.kind }
  if (type === undefined) return { resource, kind: named, show: (obj) => obj, take: (document) => document as KubeObject }
  const schema = schemaOfType(type)
  return { resource, kind: named, show: (obj) => schema.normalize(obj), take: (document) => decoded(schema, document, named, types) }
}

function builtInForm(resource: Named, served: ServedResource, types: KindTypes): ObjectForm {
  const { facts, schema, store, identity } = served
  const kind = { group: facts.group, version: facts.version, kind: facts.kind }
  return {
    ...{ resource, kind },
    show: (obj) => schema.normalize(identity ? obj : served.fromStored(copyJson(obj))),
    take: (document) => {
      const obj = decoded(schema, document, kind, types)
      const stored = identity ? obj : served.toStored(obj)
      store.resource.strategy.default?.(stored)
      return stored
    },
  }
}

/** @param from the store of the version that the write's objects are in */
function customForm(resource: Named, served: ServedResource, from: Store, types: KindTypes): ObjectForm {
  const { facts, schema, store } = served
  const kind = { group: facts.group, version: facts.version, kind: facts.kind }
  if (store === from) {
    return {
      ...{ resource, kind },
      show: (obj) => schema.normalize(obj),
      take: (document) => {
        const obj = decoded(schema, document, kind, types)
        store.resource.strategy.default?.(obj)
        return obj
      },
    }
  }
  return {
    ...{ resource, kind },
    show: (obj) => inVersionOf(obj, from, store),
    take: async (document) => {
      const obj = await inVersionOf(decoded(schema, document, kind, types), store, from)
      from.resource.strategy.default?.(obj)
      return obj
    },
  }
}

/** The object as it would be shown in another version, had it been stored in the first. */
async function inVersionOf(obj: KubeObject, from: Store, to: Store): Promise<KubeObject> {
  const bytes = from.encode(obj)
  const { resourceVersion, generation } = obj.metadata
  const stored = from.resource.converter === undefined ? bytes : await from.resource.converter.toStored(bytes)
  const made = parseNumbers((await shownIn(to, stored)).toString()) as KubeObject
  // What is not stored yet has neither.
  if (resourceVersion === undefined) delete made.metadata.resourceVersion
  else made.metadata.resourceVersion = resourceVersion
  if (generation === undefined) delete made.metadata.generation
  return made
}

async function shownIn({ resource: { converter, schema } }: Store, stored: Buffer): Promise<Buffer> {
  if (converter === undefined) return schema.settle?.(stored, 0)?.json ?? stored
  const [shown] = await converter.fromStored([stored])
  if (shown instanceof Error) throw shown
  return shown!.value
}

/** @throws Error for a document that the kind cannot be read from */
function decoded(schema: Schema, document: unknown, { kind, group, version }: GroupVersionKind, types: KindTypes): KubeObject {
  // Throws for what is no object.
  const given = { ...(typeMeta(document).value as Partial<KubeObject>) }
  const wanted = apiVersionOf(group, version)
  if (schema.facts !== undefined) {
    // What does not say what it is, is what was asked for.
    given.kind ||= kind
    given.apiVersion ||= wanted
  } else if (!given.kind) throw new Error(`Object 'Kind' is missing in '${JSON.stringify(document)}'`)
  if (given.kind !== kind || given.apiVersion !== wanted) throw new Error(otherKind(given.apiVersion ?? '', given.kind ?? '', kind, types))
  const { object, errors } = schema.decode(given, 'Ignore')
  if (errors.length > 0) throw new Error(errors[0]!)
  object.metadata ??= {}
  return object
}

function otherKind(apiVersion: string, kind: string, wanted: string, types: KindTypes): string {
  const gv = parseApiVersion(apiVersion)
  if (gv === undefined || types.typeOf(gv.group, gv.version, kind) === undefined)
    return `no kind ${goQuote(kind)} is registered for version ${goQuote(apiVersion)} in scheme "pkg/runtime/scheme.go:111"`
  return `unable to convert ${apiVersion}, Kind=${kind} to a ${wanted}`
}
