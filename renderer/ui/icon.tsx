import type { Tone } from '../kube/types.ts'
import './tone.css'

/** 16 × 16 outlines, drawn for this interface. */
const paths = {
  home: 'M2.5 7.5 8 3l5.5 4.5V13h-4V9.5h-3V13h-4z',
  workloads: 'M8 2 13.5 5v6L8 14l-5.5-3V5zM2.5 5 8 8l5.5-3M8 8v6',
  network: 'M3 12a1.5 1.5 0 1 0 0-.1M13 12a1.5 1.5 0 1 0 0-.1M8 4.5a1.5 1.5 0 1 0 0-.1M7.2 5.8 3.9 10.7M8.8 5.8l3.3 4.9M4.6 12h6.8',
  config: 'M3 4.5h6M12 4.5h1M10.5 3v3M3 8h1M7 8h6M5.5 6.5v3M3 11.5h5M11 11.5h2M9.5 10v3',
  storage: 'M3 4.5C3 3 13 3 13 4.5S3 6 3 4.5v7c0 1.5 10 1.5 10 0v-7M3 8c0 1.5 10 1.5 10 0',
  access: 'M5 7V5a3 3 0 0 1 6 0v2M3.5 7h9v6h-9zM8 9.5v1.5',
  cluster: 'M2.5 3h11v4h-11zM2.5 9h11v4h-11zM5 5h.1M5 11h.1',
  custom: 'M6 3 3 8l3 5M10 3l3 5-3 5',
  search: 'M7 3a4 4 0 1 0 0 8 4 4 0 0 0 0-8M10 10l3.5 3.5',
  close: 'M4 4l8 8M12 4l-8 8',
  down: 'M4 6l4 4 4-4',
  up: 'M4 10l4-4 4 4',
  right: 'M6 4l4 4-4 4',
  columns: 'M2.5 3h11v10h-11zM6.2 3v10M9.8 3v10',
  trash: 'M3 4.5h10M6.5 4.5V3h3v1.5M4.5 4.5 5 13h6l.5-8.5',
  copy: 'M5.5 5.5v-3h8v8h-3M2.5 5.5h8v8h-8z',
  sun: 'M8 5a3 3 0 1 0 0 6 3 3 0 0 0 0-6M8 1.5v1M8 13.5v1M1.5 8h1M13.5 8h1M3.4 3.4l.7.7M11.9 11.9l.7.7M3.4 12.6l.7-.7M11.9 4.1l.7-.7',
  moon: 'M13 9.5A5.5 5.5 0 0 1 6.5 3 5.5 5.5 0 1 0 13 9.5z',
  undo: 'M3 6.5h6.500a3.5 3.5 0 0 1 0 7H6M3 6.5 6 3.5M3 6.5l3 3',
  more: 'M3.5 8h.1M8 8h.1M12.5 8h.1',
  edit: 'M3 13l.6-2.800L10.8 3l2.2 2.2-7.2 7.200zM9.5 4.300l2.2 2.2',
  scale: 'M8 2.500v11M5.5 5 8 2.5 10.5 5M5.5 11 8 13.500l2.5-2.5',
  pause: 'M5.5 3.500v9M10.5 3.500v9',
  image: 'M8 2 13.5 5v6L8 14l-5.5-3V5zM5.2 3.500l5.6 3.1',
  cordon: 'M8 2.500a5.5 5.5 0 1 0 0 11 5.5 5.5 0 0 0 0-11M4.2 4.200l7.6 7.6',
  drain: 'M3 4h10M4.5 6.500h7M6.5 9h3M8 9v4.500M6.5 12 8 13.5 9.5 12',
  tag: 'M8.5 2.500H3v5.500L8.5 13.5 14 8zM5.7 5.300h.1',
  note: 'M3 3h10v7.500L10.5 13H3zM5.5 6h5M5.5 8.500h3',
  evict: 'M9 3H3v10h6M6.5 8H14M11.5 5.5 14 8l-2.5 2.5',
  plus: 'M8 3v10M3 8h10',
  log: 'M3 4h10M3 7h7M3 10h10M3 13h5',
  help: 'M6 6a2 2 0 1 1 2.6 1.9c-.4.2-.6.5-.6 1V9.5M8 12h.1',
  play: 'M5 3.5 12 8l-7 4.5z',
  stop: 'M4 4h8v8H4z',
  saveView: 'M4 2.500h8V13.5L8 10.500 4 13.5z',
  savedView: 'M4 2.500h8V13.5L8 10.500 4 13.5zM6 5h4M6 7h4',
  recent: 'M8 2.500a5.5 5.5 0 1 0 0 11 5.5 5.5 0 0 0 0-11M8 5v3l2 1.500',
  restart: 'M12.5 6A5 5 0 1 0 13 9M12.5 2.5V6H9',
  save: 'M8 2.5v7M5 7l3 3 3-3M3 13h10',
  dock: 'M2.5 3h11v10h-11zM2.5 9.5h11',
  split: 'M2.5 3h11v10h-11zM9 3v10',
  full: 'M2.500 3h11v10h-11zM5 8h6M7 6 5 8l2 2M9 6l2 2-2 2',
  mute: 'M3 6.500h2.500L9 3.500v9l-3.500-3H3zM11 6.500l3 3M14 6.500l-3 3',
  pin: 'M6 2.500h4l-.5 4 2.500 2.500H4l2.500-2.500zM8 9v4.500',
  link: 'M9 3h4v4M13 3 7.5 8.5M11 9v4H3V5h4',
  language: 'M2 4h7M5.5 2.5V4M7.5 4c-.7 2.5-2.5 4.5-5 5.5M3.5 6c.8 1.5 2 2.5 3.5 3.200M8 13.5l3-7 3 7M9 11.5h4',
} as const

export type IconName = keyof typeof paths

export function Icon({ name, size = 16 }: { name: IconName; size?: number }) {
  return (
    <svg
      className="icon"
      width={size}
      height={size}
      viewBox="0 0 16 16"
      fill="none"
      stroke="currentColor"
      strokeWidth="1.3"
      strokeLinecap="round"
      strokeLinejoin="round"
      aria-hidden="true"
    >
      <path d={paths[name]} />
    </svg>
  )
}

/** A tone's shape: the colour is never alone. Drawn by styles, because a list shows hundreds and an SVG is a document each. */
export function ToneMark({ tone }: { tone: Tone }) {
  return <i className={`tone-mark tone-${tone}`} aria-hidden="true" />
}

export function ToneWord({ tone, children }: { tone: Tone; children: string }) {
  return (
    <span className={`tone-word tone-${tone}`}>
      <ToneMark tone={tone} />
      <span className="ellipsis" title={children}>
        {children}
      </span>
    </span>
  )
}
