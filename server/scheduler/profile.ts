import type { EventInterest, Handle, Plugin } from './framework.ts'
import { aggregate } from './config/load.ts'
import { POINTS, type PluginArguments, type PluginEntry, type Point, type Plugins, type ProfileConfiguration } from './config/types.ts'
import { nodeResourcesFitErrors } from './config/validate-arguments.ts'
import { registry } from './plugins/index.ts'

/** A profile that cannot be put together; the message is kube-scheduler's. */
export class ProfileError extends Error {
  override name = 'ProfileError'
}

/** The plugins of one spec.schedulerName, at each extension point in their order. */
export interface Profile {
  readonly schedulerName: string
  /** 0: fewer the larger the cluster is. */
  readonly percentageOfNodesToScore: number
  readonly points: Readonly<Record<Point, readonly Plugin[]>>
  /** Of the score plugins, by name. */
  readonly weights: ReadonlyMap<string, number>
  /** What each plugin waits for, by its name. */
  readonly interests: ReadonlyMap<string, readonly EventInterest[]>
}

/** As Go calls the interface of a point. */
const interfaceOf = (point: Point): string => `${point[0]!.toUpperCase()}${point.slice(1)}Plugin`

/** Names of the plugins at each point, in their order (framework/runtime NewFramework). @throws ProfileError */
function planProfile(c: ProfileConfiguration): Record<Point, readonly string[]> {
  const needed = namesOf(c.plugins)
  for (const { name, args } of c.pluginConfig) {
    if (name !== 'NodeResourcesFit' || !needed.has(name)) continue
    const errors = nodeResourcesFitErrors('', args as PluginArguments['NodeResourcesFit'])
    if (errors.length > 0) throw new ProfileError(`initializing plugin "${name}": ${aggregate(errors)}`)
  }
  const named = Object.fromEntries(POINTS.map((point) => [point, namedAt(point, c.plugins[point].enabled)])) as Record<Point, string[]>
  const points = Object.fromEntries(POINTS.map((point) => [point, expand(point, named[point], c.plugins)])) as Record<Point, string[]>
  const of = `for profile with scheduler name "${c.schedulerName}"`
  const sorts = points.queueSort.length
  if (sorts !== 1) throw new ProfileError(`only one queue sort plugin required ${of}, but got ${sorts}`)
  if (points.bind.length === 0) throw new ProfileError(`at least one bind plugin is needed ${of}`)
  return points
}

/** @throws ProfileError for the first profile that cannot be put together, in kube-scheduler's words */
export function checkProfiles(profiles: readonly ProfileConfiguration[]): void {
  for (const c of profiles) {
    try {
      planProfile(c)
    } catch (e) {
      if (!(e instanceof ProfileError)) throw e
      throw new ProfileError(`initializing profiles: creating profile for scheduler name ${c.schedulerName}: ${e.message}`, { cause: e })
    }
  }
}

/** Makes the plugins that the profile names. @throws ProfileError */
export function makeProfile(c: ProfileConfiguration, percentageOfNodesToScore: number, handle: Handle): Profile {
  const names = planProfile(c)
  const args = new Map(c.pluginConfig.map((p) => [p.name, p.args]))
  const made = new Map<string, Plugin>()
  for (const name of namesOf(c.plugins)) made.set(name, registry.get(name)!.make(handle, args.get(name) as never))
  const points = Object.fromEntries(POINTS.map((point) => [point, names[point].map((name) => made.get(name)!)])) as Record<Point, Plugin[]>
  return {
    schedulerName: c.schedulerName,
    percentageOfNodesToScore: c.percentageOfNodesToScore ?? percentageOfNodesToScore,
    points,
    weights: weightsOf([...c.plugins.score.enabled, ...c.plugins.multiPoint.enabled]),
    interests: new Map([...made.values()].map((plugin) => [plugin.name, plugin.events ?? []])),
  }
}

const namesOf = (plugins: Plugins): Set<string> =>
  new Set([...POINTS, 'multiPoint' as const].flatMap((point) => plugins[point].enabled.map((p) => p.name)))

const extendsPoint = (name: string, point: Point): boolean => registry.get(name)!.points.includes(point)

/** Names that are enabled at this one point. */
function namedAt(point: Point, enabled: readonly PluginEntry[]): string[] {
  const names: string[] = []
  for (const { name } of enabled) {
    if (!registry.has(name)) throw new ProfileError(`${interfaceOf(point)} "${name}" does not exist`)
    if (!extendsPoint(name, point)) throw new ProfileError(`plugin "${name}" does not extend ${interfaceOf(point)} plugin`)
    if (names.includes(name)) throw new ProfileError(`plugin "${name}" already registered as "${interfaceOf(point)}"`)
    names.push(name)
  }
  return names
}

/** First what the point names of multiPoint's plugins, then the rest of multiPoint, then the rest of the point. */
function expand(point: Point, own: readonly string[], plugins: Plugins): string[] {
  const off = new Set(plugins[point].disabled.map((p) => p.name))
  if (off.has('*')) return [...own]
  const overridden = new Set<string>()
  const multi: string[] = []
  for (const { name } of plugins.multiPoint.enabled) {
    if (!registry.has(name)) throw new ProfileError(`${interfaceOf(point)} "${name}" does not exist`)
    if (!extendsPoint(name, point) || off.has(name)) continue
    if (own.includes(name)) overridden.add(name)
    else if (multi.includes(name)) throw new ProfileError(`plugin "${name}" already registered as "${interfaceOf(point)}"`)
    else multi.push(name)
  }
  return [...own.filter((name) => overridden.has(name)), ...multi, ...own.filter((name) => !overridden.has(name))]
}

/** The score's own entry goes before that of multiPoint; no weight is a weight of 1. */
function weightsOf(entries: readonly PluginEntry[]): Map<string, number> {
  const weights = new Map<string, number>()
  for (const { name, weight = 0 } of entries) if (!weights.has(name)) weights.set(name, weight === 0 ? 1 : weight)
  return weights
}
