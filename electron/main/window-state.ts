export interface Rectangle {
  x: number
  y: number
  width: number
  height: number
}

export interface RememberedWindow {
  bounds: Rectangle
  maximized: boolean
  /** The path that it showed; '' for the beginning. */
  place: string
}

/** What is remembered between runs. The gateway's port is remembered by the host, in its data folder. */
export interface RememberedState {
  /** The one in front first. */
  windows?: RememberedWindow[]
}

const MIN_WIDTH = 720
const MIN_HEIGHT = 480
export const defaultSize = { width: 1360, height: 860, minWidth: MIN_WIDTH, minHeight: MIN_HEIGHT }
/** So much of the title bar must be on a screen for a person to get hold of it. */
const GRIP = 100

/** Reads what a former run wrote; anything that does not fit is left out. A file of before there were several windows has one. */
export function parseState(text: string): RememberedState {
  let raw: unknown
  try {
    raw = JSON.parse(text)
  } catch {
    return {}
  }
  if (typeof raw !== 'object' || raw === null) return {}
  const { windows } = raw as Record<string, unknown>
  const read = (Array.isArray(windows) ? windows : [raw]).flatMap(readWindow)
  return read.length > 0 ? { windows: read } : {}
}

function readWindow(raw: unknown): RememberedWindow[] {
  if (typeof raw !== 'object' || raw === null) return []
  const { bounds, maximized, place } = raw as Record<string, unknown>
  if (!isRectangle(bounds)) return []
  return [{ bounds, maximized: maximized === true, place: typeof place === 'string' && place.startsWith('/c/') ? place : '' }]
}

/** The remembered place if a screen still shows its title bar, shrunk to the smallest and largest that make sense; else nothing. */
export function visibleBounds(bounds: Rectangle | undefined, screens: readonly Rectangle[]): Rectangle | undefined {
  if (bounds === undefined) return undefined
  const screen = screens.find(
    (s) =>
      bounds.x + bounds.width >= s.x + GRIP && bounds.x <= s.x + s.width - GRIP && bounds.y >= s.y && bounds.y <= s.y + s.height - GRIP,
  )
  if (screen === undefined) return undefined
  const width = Math.min(Math.max(bounds.width, MIN_WIDTH), screen.width)
  return {
    // A window that was wider than its screen may have reached into it with its right end only.
    x: Math.max(bounds.x, screen.x + GRIP - width),
    y: bounds.y,
    width,
    height: Math.min(Math.max(bounds.height, MIN_HEIGHT), screen.height),
  }
}

function isRectangle(v: unknown): v is Rectangle {
  if (typeof v !== 'object' || v === null) return false
  const r = v as Record<string, unknown>
  return [r.x, r.y, r.width, r.height].every((n) => Number.isInteger(n)) && Number(r.width) > 0 && Number(r.height) > 0
}
