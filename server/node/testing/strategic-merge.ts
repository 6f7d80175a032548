type Item = Record<string, unknown>

const isObject = (v: unknown): v is Item => typeof v === 'object' && v !== null && !Array.isArray(v)

/** Enough of strategic merge patch to check what this agent sends: maps, nulls, `$patch`, lists joined by the keys given. */
export function applyStrategic(target: unknown, patch: unknown, keys: Readonly<Record<string, string>>): unknown {
  if (!isObject(patch)) return patch
  if (patch.$patch === 'replace') return Object.fromEntries(Object.entries(patch).filter(([k]) => k !== '$patch'))
  const out: Item = isObject(target) ? { ...target } : {}
  for (const [name, value] of Object.entries(patch)) {
    if (name.startsWith('$')) continue
    if (value === null) delete out[name]
    else if (Array.isArray(value) && keys[name] !== undefined) {
      out[name] = mergeList(
        (out[name] ?? []) as Item[],
        value as Item[],
        keys[name],
        patch[`$setElementOrder/${name}`] as Item[] | undefined,
        keys,
      )
    } else out[name] = applyStrategic(out[name], value, keys)
  }
  return out
}

function mergeList(target: Item[], patch: Item[], key: string, order: Item[] | undefined, keys: Readonly<Record<string, string>>): Item[] {
  if (patch.some((p) => p.$patch === 'replace' && p[key] === undefined)) return patch.filter((p) => p.$patch === undefined)
  const out = [...target]
  for (const p of patch) {
    const at = out.findIndex((t) => t[key] === p[key])
    if (p.$patch === 'delete') {
      if (at !== -1) out.splice(at, 1)
    } else if (at === -1) out.push(applyStrategic({}, p, keys) as Item)
    else out[at] = applyStrategic(out[at], p, keys) as Item
  }
  if (order === undefined) return out
  const rank = (t: Item): number => order.findIndex((o) => o[key] === t[key])
  return out.sort((a, b) => rank(a) - rank(b))
}
