import { figure } from '../../kube/figures.ts'
import type { Profile } from './pprof.ts'

/** A node of the call tree: callers above, callees below. `total` includes callees, `self` does not. */
export interface FlameNode {
  name: string
  file: string
  total: number
  self: number
  depth: number
  parent: FlameNode | undefined
  children: Map<string, FlameNode>
  /** Of a comparison: how much of `total` and `self` is of the earlier profile. */
  before?: { total: number; self: number }
}

export interface TopRow {
  name: string
  file: string
  self: number
  total: number
}

/** Sums the samples by call path for one sample type. */
export function buildFlame(profile: Profile, type: number): FlameNode {
  const root = node('', '', undefined)
  for (const { stack, values } of profile.samples) {
    const value = values[type] ?? 0
    if (value <= 0) continue
    root.total += value
    let at = root
    for (let i = stack.length - 1; i >= 0; i--) {
      const frame = stack[i]
      if (!frame) continue
      let next = at.children.get(frame.name)
      if (!next) {
        next = node(frame.name, frame.file, at)
        at.children.set(frame.name, next)
      }
      next.total += value
      at = next
    }
    at.self += value
  }
  return root
}

const node = (name: string, file: string, parent: FlameNode | undefined): FlameNode => ({
  name,
  file,
  total: 0,
  self: 0,
  depth: parent ? parent.depth + 1 : 0,
  parent,
  children: new Map(),
})

/** Functions by their own cost. A function that calls itself counts once for each sample in `total`. */
export function topTable(profile: Profile, type: number): TopRow[] {
  const rows = new Map<string, TopRow>()
  for (const { stack, values } of profile.samples) {
    const value = values[type] ?? 0
    if (value <= 0) continue
    const seen = new Set<string>()
    for (const [index, frame] of stack.entries()) {
      let row = rows.get(frame.name)
      if (!row) rows.set(frame.name, (row = { name: frame.name, file: frame.file, self: 0, total: 0 }))
      if (index === 0) row.self += value
      if (!seen.has(frame.name)) row.total += value
      seen.add(frame.name)
    }
  }
  return [...rows.values()].sort((a, b) => b.self - a.self || b.total - a.total)
}

export interface FlameRect {
  node: FlameNode
  /** Shares of the width, 0 to 1. */
  x: number
  width: number
  row: number
}

/** Places the tree under `focus` across the whole width, with its callers above it; what is narrower than `least` is left out. */
export function layoutFlame(focus: FlameNode, least: number): FlameRect[] {
  const rects: FlameRect[] = []
  const above: FlameNode[] = []
  for (let at = focus.parent; at; at = at.parent) above.unshift(at)
  above.forEach((caller, row) => rects.push({ node: caller, x: 0, width: 1, row }))
  const place = (at: FlameNode, x: number, width: number, row: number): void => {
    if (width < least) return
    rects.push({ node: at, x, width, row })
    let left = x
    for (const child of [...at.children.values()].sort((a, b) => b.total - a.total)) {
      const share = at.total > 0 ? (child.total / at.total) * width : 0
      place(child, left, share, row + 1)
      left += share
    }
  }
  place(focus, 0, 1, above.length)
  return rects
}

export const flameDepth = (rects: readonly FlameRect[]): number => rects.reduce((most, rect) => Math.max(most, rect.row + 1), 0)

const units: Record<string, (value: number) => string> = {
  nanoseconds: (v) => (v >= 1e9 ? `${figure(v / 1e9, 2)} s` : v >= 1e6 ? `${figure(v / 1e6, 1)} ms` : `${figure(v / 1e3)} µs`),
  microseconds: (v) => (v >= 1e6 ? `${figure(v / 1e6, 2)} s` : v >= 1e3 ? `${figure(v / 1e3, 1)} ms` : `${figure(v)} µs`),
  bytes: (v) =>
    v >= 2 ** 30 ? `${figure(v / 2 ** 30, 2)} GiB` : v >= 2 ** 20 ? `${figure(v / 2 ** 20, 1)} MiB` : `${figure(v / 1024, 1)} KiB`,
}

export const formatValue = (value: number, unit: string): string => units[unit]?.(value) ?? figure(value)
