import type { FeedSource } from '../../kube/protocol.ts'
import { LiveLines } from '../generic/live-lines.tsx'

const columns = ['status', 'ready', 'restarts', 'age']

/** A short live table of pods inside another kind's details; those in trouble come first, with why. */
export function PodLines({ source, filter, empty }: { source: FeedSource; filter?: string; empty: string }) {
  return <LiveLines source={source} filter={filter} columns={columns} sort="status" empty={empty} />
}
