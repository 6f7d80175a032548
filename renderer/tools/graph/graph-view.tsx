import {
  Background,
  Controls,
  type Edge as FlowEdge,
  Handle,
  type Node as FlowNode,
  type NodeProps,
  Position,
  ReactFlow,
} from '@xyflow/react'
import '@xyflow/react/dist/base.css'
import { memo, useEffect, useMemo, useRef } from 'react'
import { useTranslation } from 'react-i18next'
import { useNavigate } from 'react-router'
import type { Tone } from '../../kube/types.ts'
import { ToneWord } from '../../ui/icon.tsx'
import { MiddleName } from '../../ui/middle-name.tsx'
import { type Edge, layout } from './layout.ts'
import './graph-view.css'

export interface Box {
  id: string
  kind: string
  name: string
  /** What a click opens. */
  url: string | undefined
  status?: { text: string; tone: Tone }
  /** So many more like it stand behind it. */
  more?: number
  here?: boolean
}

const size = { width: 250, height: 76 }

/** Of `.graph-box` in graph-view.css. */
const box = { width: 190, height: 58 }
/**
 * What the library would measure in the page, and forget with each new version of a node: while versions followed one another faster than
 * it measured (a busy machine), it hid the boxes for good.
 */
const measured = {
  measured: box,
  handles: [
    { type: 'target' as const, position: Position.Left, x: 0, y: box.height / 2, width: 1, height: 1 },
    { type: 'source' as const, position: Position.Right, x: box.width - 1, y: box.height / 2, width: 1, height: 1 },
  ],
}

type BoxNode = FlowNode<{ box: Box; tabStop: boolean }, 'box'>
const nodeTypes = { box: memo(BoxView) }

/**
 * A picture of what leads to what, from left to right. Boxes are links; one of them is in the tab order, arrows go along the edges and up
 * and down within a column.
 */
export function GraphView({ boxes, edges, label }: { boxes: readonly Box[]; edges: readonly (Edge & { word?: string })[]; label: string }) {
  const { t } = useTranslation()
  const navigate = useNavigate()
  const frame = useRef<HTMLDivElement>(null)
  const shape = `${boxes.map(({ id }) => id).join()}|${edges.map(({ from, to }) => `${from}>${to}`).join()}`
  // Boxes stay where they are while only their words change.
  const places = useMemo(
    () =>
      layout(
        boxes.map(({ id }) => id),
        edges,
        size,
      ),
    [shape],
  )
  const first = (boxes.find(({ here }) => here) ?? boxes[0])?.id
  const nodes = useMemo(
    () =>
      boxes.map(
        (one): BoxNode => ({
          ...measured,
          id: one.id,
          type: 'box',
          position: places.get(one.id) ?? { x: 0, y: 0 },
          data: { box: one, tabStop: one.id === first },
          draggable: false,
          focusable: false,
        }),
      ),
    [boxes, places, first],
  )
  const lines = useMemo(
    () =>
      edges.map(
        ({ from, to, word }): FlowEdge => ({
          id: `${from}>${to}`,
          source: from,
          target: to,
          focusable: false,
          selectable: false,
          ...(word ? { label: word } : {}),
        }),
      ),
    [edges],
  )
  const focus = (id: string | undefined): void => {
    const link = id === undefined ? undefined : frame.current?.querySelector<HTMLElement>(`[data-box="${CSS.escape(id)}"]`)
    link?.focus()
  }
  const onKeyDown = (event: React.KeyboardEvent): void => {
    const at = (event.target as HTMLElement).dataset?.box
    if (at === undefined) return
    const next = neighbour(at, event.key, places, edges)
    if (next === undefined) return
    event.preventDefault()
    event.stopPropagation()
    focus(next)
  }
  // The library marks its pane as an application of its own; the list of links below it is what is read.
  useEffect(() => frame.current?.querySelector('.react-flow')?.removeAttribute('role'), [])
  return (
    <div
      ref={frame}
      className="graph"
      role="region"
      aria-label={label}
      onKeyDown={onKeyDown}
      onClick={(event) => {
        const link = (event.target as Element).closest<HTMLAnchorElement>('a[data-box]')
        if (!link?.pathname || event.ctrlKey || event.metaKey || event.shiftKey) return
        event.preventDefault()
        void navigate(link.pathname + link.search)
      }}
    >
      <ReactFlow
        key={shape}
        nodes={nodes}
        edges={lines}
        nodeTypes={nodeTypes}
        fitView
        fitViewOptions={{ minZoom: 0.5, maxZoom: 1, padding: 0.08 }}
        minZoom={0.1}
        maxZoom={1.5}
        nodesConnectable={false}
        nodesDraggable={false}
        elementsSelectable={false}
        nodesFocusable={false}
        edgesFocusable={false}
        disableKeyboardA11y
        deleteKeyCode={null}
        onlyRenderVisibleElements={false}
        // MIT, and named in the third-party notices.
        proOptions={{ hideAttribution: true }}
      >
        <Background gap={20} />
        <Controls showInteractive={false} aria-label={t('graph.controls')} />
      </ReactFlow>
    </div>
  )
}

function BoxView({ data: { box: shown, tabStop } }: NodeProps<BoxNode>) {
  const { t } = useTranslation()
  const { id, kind, name, status, url, more, here } = shown
  const words = [kind, name, status?.text, more ? t('graph.more', { count: more }) : ''].filter(Boolean).join(', ')
  return (
    <>
      <Handle type="target" position={Position.Left} isConnectable={false} />
      <a
        data-box={id}
        className={here ? 'graph-box here nodrag' : 'graph-box nodrag'}
        href={url}
        role={url ? undefined : 'note'}
        aria-label={words}
        aria-current={here ? 'true' : undefined}
        tabIndex={tabStop ? 0 : -1}
      >
        <span className="graph-kind">{kind}</span>
        <span className="graph-name">
          <MiddleName text={name} />
        </span>
        <span className="graph-status">
          {status && <ToneWord tone={status.tone}>{status.text}</ToneWord>}
          {more !== undefined && <span className="dim">{t('graph.more', { count: more })}</span>}
        </span>
      </a>
      <Handle type="source" position={Position.Right} isConnectable={false} />
    </>
  )
}

/** Where an arrow key leads from a box; undefined when nowhere. */
export function neighbour(
  id: string,
  key: string,
  places: ReadonlyMap<string, { x: number; y: number }>,
  edges: readonly Edge[],
): string | undefined {
  const here = places.get(id)
  if (!here) return undefined
  const nearest = (ids: readonly string[]): string | undefined =>
    [...ids].sort((a, b) => Math.abs((places.get(a)?.y ?? 0) - here.y) - Math.abs((places.get(b)?.y ?? 0) - here.y))[0]
  if (key === 'ArrowRight') return nearest(edges.flatMap(({ from, to }) => (from === id && to !== id ? [to] : [])))
  if (key === 'ArrowLeft') return nearest(edges.flatMap(({ from, to }) => (to === id && from !== id ? [from] : [])))
  if (key !== 'ArrowUp' && key !== 'ArrowDown') return undefined
  const down = key === 'ArrowDown'
  return nearest([...places].flatMap(([other, { x, y }]) => (x === here.x && (down ? y > here.y : y < here.y) ? [other] : [])))
}
