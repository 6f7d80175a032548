import { useEffect, useLayoutEffect, useMemo, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { type FlameNode, type FlameRect, flameDepth, layoutFlame } from './flame.ts'

const row = 19

/** The call tree as a canvas: click zooms, a search lights up. The table beside it holds the same figures as text. */
export function FlameGraph({
  root,
  search,
  describe,
}: {
  root: FlameNode
  search: RegExp | undefined
  /** The figures of a node. */
  describe(node: FlameNode): string
}) {
  const { t } = useTranslation()
  const host = useRef<HTMLDivElement>(null)
  const canvas = useRef<HTMLCanvasElement>(null)
  const [width, setWidth] = useState(0)
  const [focus, setFocus] = useState(root)
  const [hover, setHover] = useState<FlameRect>()
  useEffect(() => setFocus(root), [root])
  const rects = useMemo(() => layoutFlame(focus, width > 0 ? 0.8 / width : 1), [focus, width])
  const height = flameDepth(rects) * row
  useLayoutEffect(() => {
    if (!host.current) return undefined
    const observer = new ResizeObserver(([entry]) => setWidth(Math.floor(entry?.contentRect.width ?? 0)))
    observer.observe(host.current)
    return () => observer.disconnect()
  }, [])
  const theme = useThemeMark()
  useEffect(() => {
    if (canvas.current && width > 0) paint(canvas.current, rects, { width, height, focus, search, hover: hover?.node })
  }, [rects, width, height, focus, search, hover, theme])
  const at = (event: React.MouseEvent): FlameRect | undefined => {
    const box = event.currentTarget.getBoundingClientRect()
    const x = (event.clientX - box.left) / width
    const line = Math.floor((event.clientY - box.top) / row)
    return rects.find((rect) => rect.row === line && x >= rect.x && x < rect.x + rect.width)
  }
  const shown = hover?.node ?? focus
  return (
    <div className="flame">
      <div className="flame-line mono" role="status">
        <span className="ellipsis">{shown.name || t('profile.all')}</span>
        <span className="dim">{describe(shown)}</span>
        {focus !== root && (
          <button type="button" className="link-button" onClick={() => setFocus(root)}>
            {t('profile.reset')}
          </button>
        )}
      </div>
      <div
        ref={host}
        className="flame-host"
        tabIndex={0}
        role="application"
        aria-label={t('profile.flameLabel')}
        onKeyDown={(event) => {
          const next = neighbour(focus, event.key)
          if (!next) return
          event.preventDefault()
          event.stopPropagation()
          setFocus(next)
        }}
      >
        <canvas
          ref={canvas}
          style={{ width: '100%', height }}
          role="img"
          aria-label={t('profile.flameLabel')}
          onMouseMove={(event) => setHover(at(event))}
          onMouseLeave={() => setHover(undefined)}
          onClick={(event) => {
            const hit = at(event)
            if (hit) setFocus(hit.node)
          }}
        />
      </div>
    </div>
  )
}

export const percent = (value: number, of: number): string => `${of > 0 ? ((value / of) * 100).toFixed(1) : '0.0'}%`

/** Arrows walk the tree: down to the heaviest callee, up to the caller, sideways among siblings. */
function neighbour(focus: FlameNode, key: string): FlameNode | undefined {
  const heaviest = (of: FlameNode): FlameNode[] => [...of.children.values()].sort((a, b) => b.total - a.total)
  if (key === 'ArrowDown') return heaviest(focus)[0]
  if (key === 'ArrowUp') return focus.parent
  const siblings = focus.parent ? heaviest(focus.parent) : []
  const at = siblings.indexOf(focus)
  if (key === 'ArrowRight') return siblings[at + 1]
  return key === 'ArrowLeft' ? siblings[at - 1] : undefined
}

/** Changes with the theme, so that the canvas is painted in its colours. */
function useThemeMark(): string {
  const [mark, setMark] = useState(() => document.documentElement.dataset.mantineColorScheme ?? '')
  useEffect(() => {
    const observer = new MutationObserver(() => setMark(document.documentElement.dataset.mantineColorScheme ?? ''))
    observer.observe(document.documentElement, { attributeFilter: ['data-mantine-color-scheme'] })
    return () => observer.disconnect()
  }, [])
  return mark
}

interface PaintOptions {
  width: number
  height: number
  focus: FlameNode
  search: RegExp | undefined
  hover: FlameNode | undefined
}

function paint(canvas: HTMLCanvasElement, rects: FlameRect[], { width, height, focus, search, hover }: PaintOptions): void {
  const ratio = devicePixelRatio || 1
  canvas.width = width * ratio
  canvas.height = height * ratio
  const pen = canvas.getContext('2d')
  if (!pen) return
  const style = getComputedStyle(document.documentElement)
  const dark = document.documentElement.dataset.mantineColorScheme === 'dark'
  pen.scale(ratio, ratio)
  pen.font = `11px ${style.getPropertyValue('--mono')}`
  pen.textBaseline = 'middle'
  const letter = pen.measureText('0').width
  const focusRow = rects.find((rect) => rect.node === focus)?.row ?? 0
  for (const rect of rects) {
    const x = rect.x * width
    const w = rect.width * width
    const found = search?.test(rect.node.name)
    pen.globalAlpha = rect.row < focusRow ? 0.45 : search && !found ? 0.35 : 1
    pen.fillStyle = found ? (dark ? '#8a6d1a' : '#ffd257') : colour(rect.node, dark)
    pen.fillRect(x, rect.row * row, Math.max(0.5, w - 0.5), row - 1)
    if (rect.node === hover) {
      pen.strokeStyle = style.getPropertyValue('--fg')
      pen.strokeRect(x + 0.5, rect.row * row + 0.5, Math.max(0.5, w - 1.5), row - 2)
    }
    const letters = Math.floor((w - 6) / letter)
    if (letters < 3) continue
    const label = rect.node.name || '∑'
    pen.fillStyle = style.getPropertyValue('--fg')
    pen.fillText(label.length <= letters ? label : `${label.slice(0, letters - 1)}…`, x + 3, rect.row * row + row / 2)
  }
  pen.globalAlpha = 1
}

/** One hue for a package, so that neighbours are told apart and the same code looks the same everywhere. */
function colour(node: FlameNode, dark: boolean): string {
  if (node.before) return ofChange((node.total - 2 * node.before.total) / node.total, dark)
  if (!node.parent) return dark ? '#2e3742' : '#d9dee4'
  const scope = node.name.includes('/')
    ? node.name.slice(0, node.name.indexOf('.', node.name.lastIndexOf('/')))
    : node.name.split('.')[0] || node.file
  let hash = 7
  for (let i = 0; i < scope.length; i++) hash = (hash * 31 + scope.charCodeAt(i)) % 9973
  const hue = 150 + (hash % 90)
  return dark ? `hsl(${hue} 32% ${26 + (hash % 9)}%)` : `hsl(${hue} 45% ${78 + (hash % 10)}%)`
}

/** From all of it gone (−1) over the same (0) to all of it new (1): blue, grey, red, as difference flame graphs are drawn. */
function ofChange(share: number, dark: boolean): string {
  const strength = Math.min(1, Math.abs(share) * 1.5)
  const hue = share > 0 ? 8 : 212
  return dark ? `hsl(${hue} ${8 + strength * 52}% ${26 + strength * 8}%)` : `hsl(${hue} ${8 + strength * 72}% ${88 - strength * 14}%)`
}
