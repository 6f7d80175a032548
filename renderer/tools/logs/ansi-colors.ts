import { type Color, rgbFlag, type Style } from './ansi.ts'

/** The window's own colours (ui/tokens.css), on which lines are drawn. */
export const themes = {
  light: { bg: 0xffffff, fg: 0x1a2028 },
  dark: { bg: 0x12161b, fg: 0xe3e8ee },
} as const
type Theme = keyof typeof themes

/** WCAG 2.2 AA for text. */
export const leastContrast = 4.5

/** The sixteen named colours as xterm has them; each is brought to a readable lightness for the theme it is drawn on. */
const named = [
  0x000000, 0xcd0000, 0x00cd00, 0xcdcd00, 0x1e50ee, 0xcd00cd, 0x00cdcd, 0xe5e5e5, 0x7f7f7f, 0xff0000, 0x00ff00, 0xffff00, 0x5c5cff,
  0xff00ff, 0x00ffff, 0xffffff,
]
const cube = [0, 95, 135, 175, 215, 255]

/** The colour as 0xRRGGBB: the named ones, the cube of 6×6×6, and 24 greys. */
function rgbOf(color: Color): number {
  if (color & rgbFlag) return color & 0xffffff
  if (color < 16) return named[color] ?? 0
  if (color >= 232) return (8 + (color - 232) * 10) * 0x010101
  const at = color - 16
  return ((cube[Math.floor(at / 36)] ?? 0) << 16) | ((cube[Math.floor(at / 6) % 6] ?? 0) << 8) | (cube[at % 6] ?? 0)
}

const channels = (rgb: number): [number, number, number] => [(rgb >> 16) & 255, (rgb >> 8) & 255, rgb & 255]

/** WCAG's relative luminance. */
function luminance(rgb: number): number {
  const [r, g, b] = channels(rgb).map((c) => (c <= 10 ? c / 255 / 12.92 : ((c / 255 + 0.055) / 1.055) ** 2.4)) as [number, number, number]
  return 0.2126 * r + 0.7152 * g + 0.0722 * b
}

export function contrast(a: number, b: number): number {
  const [low, high] = [luminance(a), luminance(b)].sort((x, y) => x - y) as [number, number]
  return (high + 0.05) / (low + 0.05)
}

/** A mixture of two colours, `part` of the second. */
const mix = (from: number, to: number, part: number): number => {
  const [a, b] = [channels(from), channels(to)]
  const [r, g, blue] = a.map((c, index) => Math.round(c + ((b[index] ?? 0) - c) * part)) as [number, number, number]
  return (r << 16) | (g << 8) | blue
}

/** The colour itself where it can be read on the background, else as little as need be nearer to black or white. */
export function readable(color: number, background: number): number {
  if (contrast(color, background) >= leastContrast) return color
  const end = contrast(0, background) > contrast(0xffffff, background) ? 0 : 0xffffff
  let [low, high] = [0, 1]
  for (let round = 0; round < 7; round++) {
    const middle = (low + high) / 2
    if (contrast(mix(color, end, middle), background) >= leastContrast) high = middle
    else low = middle
  }
  return mix(color, end, high)
}

/** How a span is drawn on one theme; undefined is the theme's own. */
export function colorsOn(theme: Theme, style: Style): { color: number | undefined; background: number | undefined } {
  const own = themes[theme]
  const [fg, bg] = style.inverse ? [style.bg, style.fg] : [style.fg, style.bg]
  const background = bg === undefined ? (style.inverse ? own.fg : undefined) : rgbOf(bg)
  const wanted = fg === undefined ? (style.inverse ? own.bg : own.fg) : rgbOf(fg)
  const color = readable(wanted, background ?? own.bg)
  return { color: color === own.fg && background === undefined ? undefined : color, background }
}

const hex = (rgb: number): string => `#${rgb.toString(16).padStart(6, '0')}`

/** Programs use few styles; a log that uses more is drawn as well, only slower. */
const mostKept = 2_000
const kept = new Map<string, React.CSSProperties>()

export function cssOf(style: Style): React.CSSProperties {
  const key = JSON.stringify(style)
  const known = kept.get(key)
  if (known) return known
  if (kept.size >= mostKept) kept.clear()
  const made = makeCss(style)
  kept.set(key, made)
  return made
}

function makeCss(style: Style): React.CSSProperties {
  const [light, dark] = [colorsOn('light', style), colorsOn('dark', style)]
  const both = (of: 'color' | 'background'): string | undefined => {
    const [l, d] = [light[of], dark[of]]
    if (l === undefined && d === undefined) return undefined
    return `light-dark(${hex(l ?? themes.light.fg)}, ${hex(d ?? themes.dark.fg)})`
  }
  const lines = [style.underline && 'underline', style.strike && 'line-through'].filter(Boolean).join(' ')
  return {
    color: both('color') ?? (style.dim ? 'var(--fg-2)' : undefined),
    background: both('background'),
    fontWeight: style.bold ? 600 : undefined,
    fontStyle: style.italic ? 'italic' : undefined,
    textDecoration: lines || undefined,
  }
}
