import type { ClusterState } from './cluster-state.ts'
import type { SocketState } from './watch-socket.ts'
import type { Tone } from './types.ts'

export type ConnectionWord =
  | Exclude<ClusterState['phase'], 'idle'>
  | 'idle'
  /** This window has lost the gateway: of the clusters nothing is known. */
  | 'lost'
  /** The cluster answers, but some watches cannot be kept. */
  | 'partial'
  /** No kubeconfig has a context of this name. */
  | 'unknown'
  | 'stopped'
  | 'failed'

/** One word for how the cluster on screen is, and what the interface says with it. */
export interface Connection {
  word: ConnectionWord
  tone: Tone
  since: number
  plugin: string
  message: string
  /** Watches of this cluster that are tried again. */
  troubled: number
}

const tones: Record<ConnectionWord, Tone> = {
  idle: 'muted',
  connecting: 'busy',
  plugin: 'busy',
  live: 'ok',
  quiet: 'muted',
  unreachable: 'bad',
  unusable: 'bad',
  unknown: 'bad',
  signedOut: 'bad',
  forbidden: 'warn',
  lost: 'bad',
  partial: 'warn',
  stopped: 'muted',
  failed: 'bad',
}

const ofLocal = { starting: 'connecting', running: 'live', stopped: 'stopped', failed: 'failed' } as const

export function connectionOf(init: {
  socket: SocketState
  cluster: ClusterState | undefined
  troubled: number
  /** The state of the control plane that this window carries, when that is the cluster. */
  local: keyof typeof ofLocal | undefined
  /** Why no cluster is asked at all: what is wrong with the context's entry, '' where there is none; undefined while nothing is. */
  broken?: string | undefined
}): Connection {
  const { socket, cluster, troubled, local, broken } = init
  const word = wordOf(init)
  const told = cluster !== undefined && socket.phase === 'open' && local === undefined ? cluster : undefined
  const message = told?.message ?? (word === 'unusable' ? broken : undefined) ?? ''
  return { word, tone: tones[word], since: told?.since ?? 0, plugin: told?.plugin ?? '', message, troubled }
}

function wordOf({ socket, cluster, troubled, local, broken }: Parameters<typeof connectionOf>[0]): ConnectionWord {
  if (socket.phase === 'lost') return 'lost'
  if (broken !== undefined && local === undefined) return broken === '' ? 'unknown' : 'unusable'
  if (socket.phase === 'idle') return 'idle'
  if (socket.phase === 'connecting') return 'connecting'
  const own = local === undefined ? (cluster?.phase ?? 'connecting') : ofLocal[local]
  return own === 'live' && troubled > 0 ? 'partial' : own
}

/** Every word there is. */
export const connectionWords = Object.keys(tones) as ConnectionWord[]

const stale: readonly ConnectionWord[] = ['lost', 'unreachable', 'unusable', 'unknown', 'stopped', 'failed']

/** What is on screen is from earlier, whatever the watches say. */
export const isStale = ({ word }: Connection): boolean => stale.includes(word)
