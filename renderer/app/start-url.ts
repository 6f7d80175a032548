import type { ContextInfo } from '../queries/contexts.ts'
import { placeUrl } from '../ui/place.ts'

/** Where one starts who names no context: in the control plane of this window, else as kubectl does; undefined when there is none. */
export function startUrl(contexts: readonly ContextInfo[]): string | undefined {
  const first = contexts.find((c) => c.local) ?? contexts.find((c) => c.current) ?? contexts[0]
  return first && placeUrl({ context: first.name, namespace: first.namespace })
}
