import { expect, test } from 'vitest'
import type { Entry } from '../cache/entry.ts'
import type { RequestContext } from '../request/context.ts'
import { FakeClock } from '../machinery/clock.ts'
import { parseQuery } from '../machinery/query.ts'
import type { ServedResource } from '../registry/generic/resource.ts'
import { scheme } from '../scheme/index.ts'
import { encoderFor, wantsPretty } from './respond.ts'

test.each([
  ['pretty=1', 'kubectl', true],
  ['pretty=true', 'kubectl', true],
  ['pretty=x', 'curl/8', false],
  ['pretty=0', 'curl/8', false],
  ['pretty=', 'curl/8', true],
  ['pretty', 'kubectl', false],
  ['', 'Mozilla/5.0 (X11)', true],
  ['', undefined, false],
])('?%s from %s: indented is %s', (search, agent, pretty) => {
  expect(wantsPretty(parseQuery(search), agent)).toBe(pretty)
})

test('a encoder that is remembered does not hold the request it was made for', () => {
  const clock = new FakeClock()
  const served = {
    facts: { group: '', version: 'v1', kind: 'Pod', resource: 'pods' },
    identity: true,
    schema: {},
    table: { columns: [], cells: (_: unknown, now: number) => [now] },
  } as unknown as ServedResource
  let over = false
  const context = (): RequestContext =>
    ({
      types: scheme,
      requestInfo: { verb: 'get', subresource: '', query: parseQuery('') },
      exchange: { headers: { accept: 'application/json;as=Table;v=v1;g=meta.k8s.io' } },
      get clock() {
        if (over) throw new Error('the request is over')
        return clock
      },
    }) as unknown as RequestContext
  const first = encoderFor(context(), served)
  expect(encoderFor(context(), served)).toBe(first)
  over = true
  clock.advance(5000)
  const entry = { revision: 1, object: () => ({ metadata: {} }) } as unknown as Entry
  expect(JSON.parse(first.object(entry).toString())).toMatchObject({ rows: [{ cells: [clock.now()] }] })
})
