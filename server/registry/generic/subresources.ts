import { apiVersionOf, type KubeObject } from '../../machinery/types.ts'
import type { Subresource, SubresourceAnswer, SubresourceRequest } from './resource.ts'
import type { Store } from './store.ts'
import type { TableDefinition } from './strategy.ts'
import { age, name, number, table, type Cell } from './table-cells.ts'
import type { UpdateRules } from './update-rules.ts'
import { mutate } from './attributes.ts'
import { updateIn } from './write.ts'

/** The answer of subresources that do something and have nothing to show (`binding`, `eviction`). */
export const created: SubresourceAnswer = {
  object: { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success', code: 201 },
  status: 201,
}

type Body = { group: string; version: string; kind: string }

/** A subresource that shows and writes the whole object under rules of its own (`resize`, `approval`). */
export function wholeObject(body: Body, rulesOf: (store: Store) => UpdateRules): Subresource {
  return {
    ...replacedObject(body, rulesOf),
    apply: { rules: rulesOf, configOf: (config) => config },
    get: async ({ served, namespace, name }) => ({ entry: await served.store.get(namespace, name) }),
  }
}

/** One that takes the whole object and no more: it can neither be read nor patched (`finalize`). */
export function replacedObject(body: Body, rulesOf: (store: Store) => UpdateRules): Extract<Subresource, { form: 'object' }> {
  return {
    form: 'object',
    body,
    update: async (req, change) => {
      const { entry } = await updateIn(req.served.store, {
        namespace: req.namespace,
        name: req.name,
        context: req.context,
        uid: req.uid,
        rules: rulesOf(req.served.store),
        change: (current) => change(current!),
      })
      return { entry }
    },
  }
}

/** How a kind's replicas are read and written through autoscaling/v1 Scale. */
export interface ScaleFunctions {
  readonly table: TableDefinition
  toScale(obj: KubeObject): KubeObject
  /** What an update starts from; by default what is shown. */
  toBase?(obj: KubeObject): KubeObject
  /** What an update answers with; by default what is shown. */
  toAnswer?(obj: KubeObject): KubeObject
  /** The fields of the object that a Scale speaks of; by default its spec. */
  specOf?(scale: KubeObject): Readonly<Record<string, unknown>>
  /** Throws a Status for a Scale that says it is of another object (its uid); absent: whatever it says. */
  checkIdentity?(obj: KubeObject, scale: KubeObject, resource: { group: string; resource: string }): void
  /** Returns the changed object; throws a Status for a Scale that breaks a rule. */
  applyScale(obj: KubeObject, scale: KubeObject, resource: { group: string; resource: string }): KubeObject
}

const scaleCells: readonly Cell[] = [name, number('spec.replicas'), number('status.replicas'), age]
/** Columns as the built-in printer declares them, and as that of custom resources does. */
export const scaleTable = table('Name:string|Desired:integer|Available:integer|Age', ...scaleCells)
export const customScaleTable = table('Name|Desired:integer|Available:integer|Age:date', ...scaleCells)

export function scaleSubresource(f: ScaleFunctions): Subresource {
  const { specOf = ({ spec }): Record<string, unknown> => (spec === undefined ? {} : { spec }) } = f
  return {
    form: 'object',
    body: SCALE,
    table: f.table,
    get: async ({ served, namespace, name }) => ({ object: f.toScale((await served.store.get(namespace, name)).object()) }),
    apply: {
      rules: (store) => scaleRules(f, store),
      // What a Scale says, the object's own field says.
      configOf: (scale, { facts, store }, current) => {
        if (current !== undefined) f.checkIdentity?.(current, scale, store.groupResource)
        const { name, namespace, resourceVersion } = scale.metadata
        return {
          apiVersion: apiVersionOf(facts.group, facts.version),
          kind: facts.kind,
          metadata: { name, ...(namespace ? { namespace } : {}), ...(resourceVersion ? { resourceVersion } : {}) },
          ...specOf(scale),
        } as KubeObject
      },
      shown: (obj) => (f.toAnswer ?? f.toScale)(obj),
    },
    update: (req, change) => updateScale(f, req, change),
  }
}

const SCALE = { group: 'autoscaling', version: 'v1', kind: 'Scale' }

const scaleRules = (f: ScaleFunctions, { resource: { strategy }, groupResource }: Store): UpdateRules => ({
  subresource: 'scale',
  shown: {
    kind: SCALE,
    of: (obj) => (f.toAnswer ?? f.toScale)(obj),
    into: (obj, scale) => {
      const { resourceVersion = '0' } = obj.metadata
      return f.applyScale({ ...obj, metadata: { ...obj.metadata, resourceVersion } }, scale, groupResource)
    },
  },
  prepare: (obj, old, ctx) => strategy.prepareForUpdate?.(obj, old, ctx),
  validate: (obj, old, ctx) => strategy.validating?.(obj, old, ctx) ?? strategy.validateUpdate?.(obj, old, ctx) ?? [],
})

async function updateScale(
  f: ScaleFunctions,
  req: SubresourceRequest,
  change: (current: KubeObject) => KubeObject | Promise<KubeObject>,
): Promise<{ object: KubeObject }> {
  const { namespace, name, context, served, uid } = req
  const { store } = served
  const rules = scaleRules(f, store)
  const { kind, of } = rules.shown!
  const { entry } = await updateIn(store, {
    ...{ namespace, name, context, uid },
    rules: { ...rules, shown: { kind, of } },
    async change(current) {
      const object = await change((f.toBase ?? f.toScale)(current!))
      await mutate(store, { operation: 'UPDATE', subresource: 'scale', namespace, name, object, old: of(current!), kind, context })
      const changed = f.applyScale(current!, object, store.groupResource)
      f.checkIdentity?.(current!, object, store.groupResource)
      return changed
    },
  })
  return { object: (f.toAnswer ?? f.toScale)(entry.object()) }
}
