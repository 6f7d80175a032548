import { Caller } from './caller.ts'
import { type Contestant, memory } from './contestants.ts'
import { numbered, widget, WIDGET } from './widgets.ts'

/** A start with many custom kinds that have objects. */
export interface RestartFigures {
  /** From the API server's start to /readyz. */
  definedStartMs: number
  /** From its start until every kind has answered a list with all its objects. */
  definedServedMs: number
  definedMB: number
}

/** For all of them: the reference takes longer for each the more there are. */
const ESTABLISH_LIMIT_MS = 900_000

/** @param definitions so many custom kinds, with `objects` objects each in `namespace` */
export async function restart(c: Contestant, namespace: string, definitions: number, objects: number): Promise<RestartFigures> {
  const kinds = Array.from({ length: definitions }, (_, i) => numbered(i))
  const listOf = ({ group, plural }: { group: string; plural: string }): string =>
    `/apis/${group}/${WIDGET.version}/namespaces/${namespace}/${plural}`
  const first = new Caller(c.url, c.token)
  const end = performance.now() + ESTABLISH_LIMIT_MS
  await first.rate(
    definitions,
    async (i) => {
      const kind = kinds[i]!
      await first.must('POST', '/apis/apiextensions.k8s.io/v1/customresourcedefinitions', kind.definition)
      while ((await first.call('GET', listOf(kind))).status !== 200)
        if (performance.now() > end) throw new Error(`${kind.plural} was not served within ${ESTABLISH_LIMIT_MS / 1000} s`)
      for (let k = 0; k < objects; k++) await first.must('POST', listOf(kind), widget(`w-${k}`, kind))
    },
    8,
  )
  first.close()
  const began = performance.now()
  const definedStartMs = await c.restart()
  const again = new Caller(c.url, c.token)
  await again.rate(
    definitions,
    async (i) => {
      let answer = await again.call('GET', listOf(kinds[i]!))
      // The reference is ready before its caches are full.
      while (answer.status === 429 && performance.now() - began < ESTABLISH_LIMIT_MS) answer = await again.call('GET', listOf(kinds[i]!))
      const { items = [] } = JSON.parse(answer.text) as { items?: unknown[] }
      if (items.length !== objects) throw new Error(`${kinds[i]!.plural} has ${items.length} objects, not ${objects}`)
    },
    8,
  )
  const definedServedMs = performance.now() - began
  again.close()
  return { definedStartMs, definedServedMs, definedMB: memory(c.pids).now }
}
